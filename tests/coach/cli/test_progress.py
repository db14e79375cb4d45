"""What an ingest shows while it runs."""

from __future__ import annotations

from rich.progress import Progress

from coach.cli.progress import IngestBar


def test_the_time_left_is_that_of_the_characters_left() -> None:
    """300 of 1,000 characters in three seconds leave seven; documents and chunks are counted beside."""
    now_s = 0.0
    progress = Progress(get_time=lambda: now_s)
    bar = IngestBar(progress)
    bar.start(2, 1_000)
    bar.document("a.md", 3)
    for now_s in (1.0, 2.0, 3.0):  # noqa: B007 - the clock above reads it
        bar.chunk(100)
    [task] = progress.tasks
    assert task.time_remaining == 7
    assert (task.fields["documents_done"], task.fields["chunks_done"]) == (1, 3)
