"""Whether an answer says only what its passages say, judged claim by claim without a language model."""

from coach.faithfulness.scorer import Scorer
from coach.faithfulness.verdicts import AnswerVerdict, ClaimVerdict, Evidence, Problem, ProblemKind

__all__ = ["AnswerVerdict", "ClaimVerdict", "Evidence", "Problem", "ProblemKind", "Scorer"]
