"""What is wrong, and how to mend it. Each check is a function of what it looks at; `repartie doctor` asks all."""
