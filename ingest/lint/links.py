"""Links lead somewhere: to a file that exists, and to an anchor that a Git host makes in it."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.lint.finding import Finding, Severity
from ingest.lint.handbook import Handbook, is_local


def check_links(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each local link to a page or anchor that does not exist.

    What a link from the root of a site ("/guide") means is the site's choice: those are warnings.
    """
    for chapter in handbook.chapters:
        for link in chapter.markup.links:
            if not is_local(link.target):
                continue
            target = handbook.targets[chapter.name, link.target]
            severity: Severity = "warning" if link.target.startswith("/") else "error"
            if not target.exists:
                yield chapter.finding(severity, "link-page", f"{link.target!r} does not exist", link.line)
            elif target.fragment and target.anchors is not None and target.fragment not in target.anchors:
                message = f"no heading has the anchor of {link.target!r}"
                yield chapter.finding(severity, "link-anchor", message, link.line)


def check_references(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning for each "[text][name]" and "[^name]" without a definition."""
    for chapter in handbook.chapters:
        for reference in chapter.markup.undefined:
            message = f"nothing defines [{reference.name}]"
            yield chapter.finding("warning", "unresolved-reference", message, reference.line)
