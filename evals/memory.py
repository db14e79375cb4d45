"""What processes hold in memory, by /proc."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

BYTES_A_MEGABYTE = 1_000_000
_FIELDS = ("VmRSS", "RssAnon")


class Memory(NamedTuple):
    """What a process holds; the anonymous part is no file's, so it cannot be dropped."""

    resident_mb: float
    anonymous_mb: float


def memory_of(process: int | str) -> Memory:
    """Return what a process holds, by its id or "self"."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    held = dict(line.split(":", 1) for line in lines)
    return Memory(*(int(held[name].split()[0]) * 1024 / BYTES_A_MEGABYTE for name in _FIELDS))


def memory_of_child(name: str) -> Memory:
    """Return what the child process of this one whose program begins with a name holds."""
    children = [
        child
        for task in Path("/proc/self/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    [found] = [one for one in children if Path(f"/proc/{one}/comm").read_text().startswith(name)]
    return memory_of(found)
