"""What a folder's watcher reports, and when."""

from __future__ import annotations

import threading
from itertools import islice
from pathlib import Path
from queue import Queue

from ingest.watch import Change, changes

WAIT_S = 30


def reported(folder: Path, count: int) -> Queue[Change]:
    """Return where so many changes below a folder arrive as they are reported."""
    queue: Queue[Change] = Queue()

    def listen() -> None:
        for change in islice(changes([folder]), count):
            queue.put(change)

    threading.Thread(target=listen, daemon=True).start()
    return queue


def test_changes_are_reported_one_after_the_other(tmp_path: Path) -> None:
    """The first is what was there before; then a new file, an edit and a removal are one change each."""
    queue = reported(tmp_path, 4)
    queue.get(timeout=WAIT_S)
    file = tmp_path / "fragen" / "größe.md"
    file.parent.mkdir()
    file.write_text("# A\n", encoding="utf-8")
    assert queue.get(timeout=WAIT_S).waited_s > 0
    file.write_text("# B\n", encoding="utf-8")
    queue.get(timeout=WAIT_S)
    file.unlink()
    queue.get(timeout=WAIT_S)
    assert queue.empty()


def test_many_saves_are_one_change(tmp_path: Path) -> None:
    """What follows within the quiet time belongs to the same change."""
    queue = reported(tmp_path, 3)
    queue.get(timeout=WAIT_S)
    for number in range(20):
        (tmp_path / f"{number}.md").write_text("# A\n", encoding="utf-8")
    queue.get(timeout=WAIT_S)
    assert queue.empty()


def test_reading_is_no_change(tmp_path: Path) -> None:
    """An ingest that reads the folder does not wake itself."""
    file = tmp_path / "a.md"
    file.write_text("# A\n", encoding="utf-8")
    queue = reported(tmp_path, 2)
    queue.get(timeout=WAIT_S)
    for _ in range(5):
        file.read_text(encoding="utf-8")
    file.write_text("# B\n", encoding="utf-8")
    queue.get(timeout=WAIT_S)
    assert queue.empty()
