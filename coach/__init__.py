"""From an index to grounded coaching: retrieve, compose, verify, or abstain."""
