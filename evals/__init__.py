"""How good the coach is, measured through its public facade only."""

import os

# Before numpy is loaded: its threads and those of the embedding runtime would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
