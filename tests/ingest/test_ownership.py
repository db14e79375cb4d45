"""Which path a document belongs to, once several lead to it or one has gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.contract import ChunkerParameters, IndexManifest
from tests.support.workshop import Workshop, page


def names(manifest: IndexManifest) -> set[str]:
    """Return the names of a manifest's documents."""
    return {entry.name for entry in manifest.documents}


def roots(manifest: IndexManifest) -> dict[str, str]:
    """Return the last part of the root of each document of a manifest."""
    return {entry.name: Path(entry.root).name for entry in manifest.documents}


def test_a_page_that_was_once_named_alone_still_goes_with_its_folder(workshop: Workshop) -> None:
    """A file that is renewed by its own path belongs to the folder it came from, which may lose it."""
    workshop.write("book/b.md", page("B", zebra="Stripes confuse lions."))
    workshop.ingest("book")
    file = workshop.write("book/b.md", page("B", zebra="Stripes confuse flies."))
    manifest = workshop.ingest("book/b.md")
    assert (manifest.updated, roots(manifest)) == (("b.md",), {"a.md": "book", "b.md": "book"})
    file.unlink()
    assert workshop.ingest("book").deleted == ("b.md",)


def test_a_page_that_came_by_its_own_path_goes_with_the_folder_around_it(workshop: Workshop) -> None:
    """A path that is gone cannot be named any more, but the folder that held it can."""
    file = workshop.write("book/b.md", page("B", zebra="Stripes confuse lions."))
    workshop.ingest("book/b.md")
    file.unlink()
    assert workshop.ingest("book").deleted == ("b.md",)


@pytest.mark.parametrize("order", [("book", "other"), ("other", "book")])
def test_a_page_that_two_folders_hold_stays_until_both_have_lost_it(
    workshop: Workshop, order: tuple[str, str]
) -> None:
    """It is held once; whichever folder loses it first, the other one's is still there."""
    for folder in order:
        workshop.write(f"{folder}/shared.md", page("S", zebra="Stripes confuse lions."))
        workshop.write(f"{folder}/{folder}.md", page(folder, **{folder: "A body."}))
        manifest = workshop.ingest(folder)
    assert names(manifest) == {"a.md", "book.md", "other.md", "shared.md"}
    for folder, deleted in zip(order, ((), ("shared.md",)), strict=True):
        (workshop.folder / folder / "shared.md").unlink()
        assert workshop.ingest(folder).deleted == deleted


def test_a_moved_folder_takes_its_pages_with_it(workshop: Workshop) -> None:
    """Under its new path edited pages are renewed and lost ones deleted; the others only change roots."""
    for name in "bcd":
        workshop.write(f"book/{name}.md", page(name, **{name: "A body."}))
    workshop.ingest("book")
    (workshop.folder / "book").rename(workshop.folder / "moved")
    workshop.write("moved/a.md", page("A", alpha="An edited body."))
    (workshop.folder / "moved" / "b.md").unlink()
    manifest = workshop.ingest("moved")
    assert (manifest.added, manifest.updated, manifest.deleted) == ((), ("a.md",), ("b.md",))
    assert set(roots(manifest).values()) == {"moved"}
    assert workshop.embedded_headings() == ["What is alpha?"]
    assert workshop.ingest("moved").build == manifest.build
    rebuilt = workshop.ingest("moved", parameters=ChunkerParameters(max_chars=300))
    assert roots(rebuilt) == roots(manifest)


def test_a_folder_that_was_only_moved_changes_its_root_alone(workshop: Workshop) -> None:
    """Nothing is embedded, nothing told as changed, and what it loses later is deleted."""
    workshop.write("book/b.md", page("B", zebra="Stripes confuse lions."))
    before = workshop.ingest("book")
    (workshop.folder / "book").rename(workshop.folder / "moved")
    manifest = workshop.ingest("moved")
    assert (manifest.added, manifest.updated, manifest.deleted, manifest.unchanged) == ((), (), (), 2)
    assert (roots(manifest), workshop.embedder.embedded) == ({"a.md": "moved", "b.md": "moved"}, [])
    assert (manifest.corpus_hash, manifest.chunks) == (before.corpus_hash, before.chunks)
    (workshop.folder / "moved" / "b.md").unlink()
    assert workshop.ingest("moved").deleted == ("b.md",)


def test_a_folder_that_is_not_there_is_not_taken_for_another(workshop: Workshop) -> None:
    """A handbook on a disk that is away keeps its pages when another has one of the same name."""
    for name in "bc":
        workshop.write(f"book/{name}.md", page(name, **{name: "A body."}))
    workshop.ingest("book")
    (workshop.folder / "book").rename(workshop.folder / "away")
    workshop.write("other/a.md", page("O", zebra="Stripes confuse lions."))
    manifest = workshop.ingest("other")
    assert (manifest.added, manifest.updated, manifest.deleted) == (("other/a.md",), (), ())


def test_a_folder_and_a_link_to_it_are_one_root(workshop: Workshop) -> None:
    """By either name a page is renewed or deleted, and no page is held twice."""
    workshop.write("book/b.md", page("B", zebra="Stripes confuse lions."))
    (workshop.folder / "link").symlink_to("book")
    first = workshop.ingest("book")
    assert workshop.ingest("link").build == first.build
    workshop.write("book/a.md", page("A", alpha="An edited body."))
    manifest = workshop.ingest("link")
    assert (manifest.updated, names(manifest)) == (("a.md",), {"a.md", "b.md"})
    (workshop.folder / "book" / "b.md").unlink()
    assert workshop.ingest("link").deleted == ("b.md",)
