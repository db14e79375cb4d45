"""The progress bar of an ingest, on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Rate(ProgressColumn):
    """Chunks a second."""

    def render(self, task: Task) -> Text:
        chunks = task.fields.get("chunks_done", 0)
        return Text(f"{chunks / task.elapsed:.0f} chunks/s" if task.elapsed and chunks else "- chunks/s")


class IngestBar:
    """Hears the pipeline and moves the bar; its length is the characters to embed."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=None, documents_done=0, documents=0, chunks_done=0)
        self._documents = self._chunks = 0

    def start(self, documents: int, chars: int) -> None:
        """Show how much there is to do."""
        self._progress.update(self._task, description="embedding", total=chars, documents=documents)

    def document(self, name: str, chunks: int) -> None:
        """Count a document that was cut."""
        del name, chunks
        self._documents += 1
        self._progress.update(self._task, documents_done=self._documents)

    def chunk(self, chars: int) -> None:
        """Count a chunk that has its vectors."""
        self._chunks += 1
        self._progress.update(self._task, advance=chars, chunks_done=self._chunks)


@contextmanager
def bar() -> Iterator[IngestBar]:
    """Yield a bar that shows documents, chunks, rate and time left, and is removed at the end."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[documents_done]}/{task.fields[documents]} documents"),
        TextColumn("{task.fields[chunks_done]} chunks"),
        _Rate(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield IngestBar(progress)


@contextmanager
def counting(doing: str, what: str) -> Iterator[Callable[[int], None]]:
    """Yield what hears of so many more things done; the line is removed at the end."""
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:.0f} {task.fields[what]}"))
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(doing, total=None, what=what)
        yield lambda more: progress.update(task, advance=more)
