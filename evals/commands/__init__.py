"""The commands of `coach eval`, one a file."""
