"""What a channel is told of an edit of the configuration file."""
