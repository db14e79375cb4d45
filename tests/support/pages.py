"""A small handbook with what real ones hold: tags, tables, nested lists, emoji, CRLF, a BOM, Chinese."""

from __future__ import annotations

from pathlib import Path

CACHING = """\
# Caching 🧊

What a candidate should be able to say about caches.

## What is a cache stampede, and how do you stop it?

**Tags:** senior, staff · very-common · debugging · technical · 3 min

### Direct answer

A cache stampede 🐘 is a rush of identical requests that miss the cache in the same moment and reach the \
database together. Let one request rebuild the entry and make the others wait for it.

### Steps

1. **Coalesce the misses.** One request rebuilds the entry; the others wait.
   - On one machine a lock per key is enough.
     - Give that lock a timeout of 5 seconds.
   - Across machines hold a lease in the store.
2. **Spread the expiry.** Add a random share of up to 10% to every lifetime.

### Numbers

| measure | healthy | alarming |
|---|---|---|
| hit rate | 95% | 60% |
| rebuild time | 40 ms | 3 s |

### Traps

- **Retrying at once.** A retry without a pause turns one stampede into several.

## How do you choose the lifetime of a cache entry?

**Tags:** mid · common · design

Start from how stale a reader may be served, not from memory. 🕰️ A price tolerates 1 minute, a logo a week.
"""

RELEASES = """\
# Releases

## How do you roll back a bad release?

**Tags:** staff · common · scenario

Send the traffic back to the previous image first, and debug afterwards. Keep the last two images warm for \
24 hours, so that a rollback takes less than 60 seconds.

> **Interview tip:** Say who decides on the rollback before you say how it works.

## What does a canary release prove?

**Tags:** senior · occasional · conceptual

A canary proves that a release survives real traffic: 5% of the requests for 30 minutes, compared with the \
error rate and the latency of the others.
"""

POSTMORTEMS = """\
# Postmortems

## What belongs in a blameless postmortem?

A postmortem holds a timeline, the impact in numbers, the contributing causes and actions with an owner.

1. Write the timeline from logs, not from memory.
2. Name conditions and decisions, never a guilty person.
3. Give every action an owner and a date within 14 days.
"""

LOCKS = """\
# 分布式系统

## 什么是分布式锁？怎么实现？

分布式锁让多台机器在同一时刻只有一台能修改共享资源。\
常见的实现是在 Redis 里写入一个带过期时间的键，持有者在到期前续约。

- 过期时间一般设为 30 秒，防止持有者崩溃后死锁。
- 释放锁时要核对持有者的标识，避免删掉别人的锁。
"""

NOTES = """\
An on-call engineer acknowledges a page within 5 minutes and hands over in writing at the end of the shift.
"""

PAGES: dict[str, bytes] = {
    "caching.md": b"\xef\xbb\xbf" + CACHING.replace("\n", "\r\n").encode(),
    "releases.md": RELEASES.encode(),
    "incidents/postmortems.md": POSTMORTEMS.encode(),
    "zh/分布式锁.md": LOCKS.encode(),
    "on-call.txt": NOTES.encode(),
}

CLEAR_QUESTIONS = (
    "What is a cache stampede, and how do you stop it?",
    "How do you roll back a bad release?",
    "What belongs in a blameless postmortem?",
)
"""Questions that the handbook answers in its own words."""


def write_pages(folder: Path) -> Path:
    """Return the folder with the handbook in it."""
    for name, content in PAGES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder
