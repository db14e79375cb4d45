"""Answers written by a model, of which nothing is shown that was not verified."""

from __future__ import annotations

from coach.answer.generate.excerpts import Excerpt, cut_excerpts
from coach.answer.generate.support import Checker, Judgement, SecondModel
from coach.answer.generate.write import Task, Writer, Written

__all__ = ["Checker", "Excerpt", "Judgement", "SecondModel", "Task", "Writer", "Written", "cut_excerpts"]
