"""The red team: attacks as data, run against the real paths, and what came of them."""
