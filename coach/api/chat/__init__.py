"""The OpenAI-compatible face: the same answers, for clients that were made for another service."""
