"""From a handbook on disk to an index that answers queries."""
