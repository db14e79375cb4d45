"""How the index grows: what a search takes, finds and costs as chunks become many."""
