"""A language model as judge: of claims against passages, and of two answers against each other.

A judge is measured before it is believed: `evals.judge.calibration` says how far it agrees with people.
"""
