"""Benchmarks beside what users would otherwise pick."""
