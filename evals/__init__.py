"""How good the coach is, measured through its public facade only."""
