"""`python -m coach.cli` is `coach`."""

from coach.cli import main

main()
