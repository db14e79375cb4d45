"""The page in a real browser, against a real API with the real handbook."""
