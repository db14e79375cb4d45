"""`coach eval ...`: the group; each command stands in a file of its own below evals/commands."""

from __future__ import annotations

import click

from coach.cli.lazy import LazyGroup

_COMMANDS = {
    "retrieval": ("evals.commands.measure", "Measure whether what answers is found, and in which order."),
    "answers": ("evals.commands.measure", "Measure citations, key facts, abstention and length of answers."),
    "faithfulness": ("evals.commands.faithfulness", "Measure whether answers say only what passages say."),
    "grading": ("evals.commands.grading", "Measure whether practice answers are graded as they should be."),
    "requests": ("evals.commands.requests", "Measure how requests of recruiters are read and met."),
    "redteam": ("evals.commands.redteam", "Attack the coach, and ask it honestly about attacks."),
    "all": ("evals.commands.measure:everything", "Measure retrieval and answers in one pass."),
    "compare": ("evals.commands.compare", "Ask a build beside the live one the golden questions, too."),
    "diff": ("evals.commands.diff", "Say what changed between two runs, and whether it is more than noise."),
    "gate": ("evals.commands.gate", "Fail if a run is worse than a baseline."),
    "severity": ("evals.commands.severity", "Give the level of an incident, with its reasons."),
    "add": ("evals.commands.add", "Make a golden item of an answer that was bad."),
    "report": ("evals.commands.report", "Write a run as one page for a browser or for paper."),
    "judge": ("evals.commands.judge", "Measure the judge against labels of people."),
}


@click.group("eval", cls=LazyGroup, lazy=_COMMANDS)
def evaluate() -> None:
    """Measure the coach on golden questions; works without a model."""


if __name__ == "__main__":
    evaluate()
