"""Commands with files of their own; each registers itself on the program."""
