"""Fuzzing of what reads text of others: `make fuzz`; found cases stay in cases/ and run with every test."""
