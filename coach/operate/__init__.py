"""What operators do to a running service: switches, keys, stacks, audit, severity, drift, drills."""
