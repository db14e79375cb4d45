"""Pure metrics, one a file: definition, source, worked example."""
