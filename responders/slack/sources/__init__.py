"""What people are told of the places we listen to."""
