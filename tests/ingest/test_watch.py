"""What a folder's watcher reports, and when."""

from __future__ import annotations

import threading
import time
from itertools import islice
from pathlib import Path
from queue import Queue

from ingest.watch import QUIET_S, Change, changes

WAIT_S = 30


def reported(path: Path, count: int, *own: Path) -> Queue[Change]:
    """Return where so many changes below a path arrive as they are reported."""
    queue: Queue[Change] = Queue()

    def listen() -> None:
        for change in islice(changes([path], own=own), count):
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


def test_what_no_ingest_reads_is_no_change(tmp_path: Path) -> None:
    """Hidden and vendored folders, and those that the index is written to, wake nobody."""
    link, own = tmp_path / "link", tmp_path / "book" / "data"
    unread = [tmp_path / "book" / name for name in (".coach/index", "sub/node_modules/p", ".git")]
    for folder in (own / "index", *unread):
        folder.mkdir(parents=True)
    link.symlink_to("book")
    queue = reported(link, 3, own)
    queue.get(timeout=WAIT_S)
    for folder in (own, own / "index", *unread):
        (folder / "a.md").write_text("# A\n", encoding="utf-8")
        (folder / "a.md").rename(folder / "b.md")
    time.sleep(3 * QUIET_S)
    assert queue.empty()
    (own / "b.md").rename(tmp_path / "book" / "a.md")
    queue.get(timeout=WAIT_S)
    assert queue.empty()


def test_a_named_file_is_followed_whatever_it_is_called(tmp_path: Path) -> None:
    """A hidden file or folder that was named is read, so it is followed."""
    file = tmp_path / ".notes" / ".a.md"
    file.parent.mkdir()
    file.write_text("# A\n", encoding="utf-8")
    for path in (file, file.parent):
        queue = reported(path, 2, tmp_path)
        queue.get(timeout=WAIT_S)
        file.write_text("# B\n", encoding="utf-8")
        file.with_name("b.md").write_text("# B\n", encoding="utf-8")
        queue.get(timeout=WAIT_S)


def test_a_folder_that_another_takes_the_place_of_is_followed_on(tmp_path: Path) -> None:
    """A link that is switched, and a folder that is moved away and comes back, are seen and stay watched."""
    first, second, link = (tmp_path / name for name in ("v1", "v2", "link"))
    first.mkdir()
    second.mkdir()
    link.symlink_to("v1")
    queue = reported(link, 6)
    queue.get(timeout=WAIT_S)
    (tmp_path / "fresh").symlink_to("v2")
    (tmp_path / "fresh").replace(link)
    queue.get(timeout=WAIT_S)
    (second / "a.md").write_text("# A\n", encoding="utf-8")
    queue.get(timeout=WAIT_S)
    second.rename(tmp_path / "old")
    queue.get(timeout=WAIT_S)
    second.mkdir()
    queue.get(timeout=WAIT_S)
    (second / "a.md").write_text("# B\n", encoding="utf-8")
    queue.get(timeout=WAIT_S)
    assert queue.empty()
