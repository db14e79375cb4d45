"""Practice: a candidate's own answers, graded against the handbook, and what follows from the grades."""
