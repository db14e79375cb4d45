"""Whose a document is, by its name, and what a tenant may know of a build."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.guard import keys
from ingest import tenants
from ingest.contract import DocumentEntry, ReportRow, hash_of_corpus
from ingest.errors import StoreError
from ingest.tenants import check_tenant, name_in_handbook, own_name, tenant_of, tenants_in, visible
from tests.support.index_samples import make_manifest

TENANTS = st.from_regex(tenants.NAME, fullmatch=True)
NAMES = st.text(min_size=1, max_size=30)
NOBODYS = ["a.md", "a/@acme/b.md", "@acme", "@acme.md", "@/a.md", "@a b/c.md", f"@{'x' * 65}/a.md", "@ü/a.md"]


@given(TENANTS, NAMES)
def test_a_documents_name_tells_its_tenant_and_its_name_in_the_handbook(tenant: str, name: str) -> None:
    """Whatever a tenant and a file are called, both come back from the name in the collection."""
    held = own_name(tenant, name)
    assert (tenant_of(held), name_in_handbook(held)) == (tenant, name)


@given(TENANTS, TENANTS, NAMES, NAMES)
def test_documents_of_two_tenants_never_share_a_name(one: str, other: str, name: str, second: str) -> None:
    """Neither meets the other's, also if a tenant's folder imitates the other's name."""
    if one != other:
        assert own_name(one, name) != own_name(other, second)
        assert own_name(one, own_name(other, name)) != own_name(other, name)


@pytest.mark.parametrize("name", NOBODYS)
def test_a_name_that_is_no_tenants_is_shared(name: str) -> None:
    """Only a first folder of '@' and an allowed name makes a document somebody's."""
    assert tenant_of(name) == ""
    assert name_in_handbook(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a/b", "../x", "ü", "x" * 65, "a\n", "local"])
def test_a_tenant_cannot_be_called_so(name: str) -> None:
    """What no key can be made for, and the name of whoever asks without one."""
    with pytest.raises(StoreError, match="cannot be called"):
        check_tenant(name)


def test_tenants_are_called_as_their_keys_are() -> None:
    """One pattern says what both may be called."""
    assert vars(keys)["NAME"] is tenants.NAME


def entry(name: str, chunks: int, questions: int) -> DocumentEntry:
    """Return a document's row."""
    return DocumentEntry(
        name=name, root="/x", sha256=f"of {name}", sections=1, questions=questions, chunks=chunks, chars=1
    )


def test_a_manifest_tells_a_tenant_of_nobody_elses_documents() -> None:
    """Counts, hash, names and report are those of a build that holds what is shared and its own alone."""
    entries = (entry("@acme/b.md", 2, 1), entry("@zeta/c.md", 4, 2), entry("a.md", 8, 4))
    made = make_manifest("handbook", "b1", 14).model_copy(
        update={
            "documents": entries,
            "tenants": tenants_in(entries),
            "added": ("@acme/b.md", "@zeta/c.md"),
            "deleted": ("@zeta/gone.md",),
            "report": (ReportRow(document="@zeta/d.md", outcome="skipped", reason="empty"),),
        }
    )
    assert made.tenants == ("acme", "zeta")
    own = visible(made, "acme")
    assert own.documents == (entries[0], entries[2])
    assert (own.chunks, own.questions, own.unchanged) == (10, 5, 1)
    assert (own.tenants, own.added, own.deleted, own.report) == (("acme",), ("@acme/b.md",), (), ())
    assert own.corpus_hash == hash_of_corpus((entries[0], entries[2]))
    shared = visible(made, "nobody")
    assert (shared.documents, shared.tenants, shared.chunks) == ((entries[2],), (), 8)
    assert shared.corpus_hash == hash_of_corpus((entries[2],))
    assert "zeta" not in own.model_dump_json()
    assert "@" not in shared.model_dump_json().replace(shared.embed_model_version, "").replace("bm25@1", "")
