"""Question to passages: rewrite, search, rerank, gate."""
