"""One self-contained page per run, for a browser or for paper."""

from evals.report.page import render
from evals.report.write import write

__all__ = ["render", "write"]
