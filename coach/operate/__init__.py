"""What operators do to a running service: switches, keys, stacks, and the questions an audit asks."""
