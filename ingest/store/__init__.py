"""The only place that talks to an index engine."""
