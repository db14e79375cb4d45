"""A chapter with one page that no rule complains about; a test changes one thing in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ingest.lint import lint
from ingest.lint.finding import Finding, Limits
from ingest.lint.handbook import read_handbook

TODAY = date(2026, 11, 21)

ANSWER = (
    "I keep one queue for each tenant and serve the queues in turn, weighted by tokens and not by requests. "
    "A tenant that sends giant prompts waits behind its own work while everybody else is served on time. "
    "Limits stand at the gateway, where the tenant is known, and each refusal says when to come back. "
    "I watch the waiting time of the smallest tenant, because that number shows unfairness first."
)
CHAPTER = f"""---
chapter: 3
title: "Serving"
summary: "How tenants share one platform."
updated: 2026-11-21
---

# Serving

Two sentences frame the chapter. They are short.

## How do you share a platform fairly?

**Tags:** mid, senior · common · design · technical, system-design · 2 min · id serve-fair-share

**Also asked as:** "One tenant slows the others: what now?" · "Who waits when the queue is full?"

### Direct answer

{ANSWER}

### Steps

1. **Name the unit.** Tokens, because requests differ by a factor of a hundred.
2. **Queue by tenant.** One queue each, served in turn with a weight from the contract.
3. **Refuse early.** The gateway answers at once and gives the time after which to try again.
4. **Watch the smallest.** Its waiting time is the first to show that somebody takes too much.

### Numbers

- **16 times**: weight of a request of 32,000 tokens against one of 2,000. *(derived; arith-share; 2026-11)*
- **70%**: load from which waiting grows fast. *(rule of thumb; S1.Q1; 2026)*

### Trade-offs

- **Fairness or throughput.** Taking turns leaves some capacity idle.
- **Simple or exact.** Counting tokens beforehand needs an estimate.

### Traps

- **Counting requests.** Ten giant prompts pass every limit on requests.
- **One queue for all.** The first tenant in line decides who waits.

### What they are really probing

Whether you see the unit in which a shared resource is spent.

### What each level adds

- **Mid:** sets limits for each tenant.
- **Senior:** counts tokens and watches the smallest tenant.
- **Staff:** ties weights to contracts.

### Follow-ups

- **What if the estimate is wrong?** Correct the balance when the answer ends.
- **Who may exceed a limit?** Nobody without a name in the log.

> **Key insight:** the unit decides who pays.

### Rubric

| Key point | Weight | Poor | Mixed | Good | Excellent |
|---|---|---|---|---|---|
| Unit | 3 | Requests | Both | Tokens | Tokens, estimated |
| Queues | 2 | One | Priorities | By tenant | Weighted |
| Refusal | 1 | Silent | Error | With a time | Tested |
| Signal | 2 | Mean | Tail | By tenant | Smallest tenant |

### Related

- [Serving](#serving)

**Facts from:** arith-share, S1.Q1
"""
SOURCES = """- key: arith-share
  title: "32,000 / 2,000 = 16"
  organisation: "this handbook"
  date: "2026-11"
  kind: arithmetic
  verified: "recomputed"
- key: S1.Q1
  title: "Sharing a platform"
  organisation: "interview collection S1"
  date: "2026"
  kind: collection
  verified: "not checked further"
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Return a text with replacements made; each must stand in it once."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def second_page(text: str = CHAPTER) -> str:
    """Return the page of a chapter alone."""
    return text[text.index("## How do you share") :]


def findings(folder: Path, files: dict[str, str], *, max_age_months: int = 36) -> list[Finding]:
    """Return what the rules find in a folder with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(lint(read_handbook(folder), Limits(TODAY, max_age_months)))


def of_chapter(folder: Path, *changes: tuple[str, str], sources: str = SOURCES) -> list[Finding]:
    """Return what the rules find in the chapter, changed."""
    return findings(folder, {"serving.md": changed(CHAPTER, *changes), "sources.yaml": sources})


def line_of(text: str, beginning: str) -> int:
    """Return the number of the first line that begins so."""
    return next(at for at, line in enumerate(text.split("\n"), start=1) if line.startswith(beginning))
