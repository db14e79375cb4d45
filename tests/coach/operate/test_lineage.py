"""Lineage: what the log says of an answer, and which answers used a chunk."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import Connection, text

from coach.errors import NotFoundError
from coach.operate.lineage import GIVEN, Account, Auditor
from coach.store.answers import AnswerStore
from coach.store.audit import SERVICE, AuditLog
from coach.store.database import Database
from coach.store.holdings import Holdings
from coach.store.owner import Owner
from tests.coach.store.test_audit import tamper
from tests.support.answers import make_answer

ANA, EVE = Owner("acme", "ana"), Owner("other", "eve")


def give(database: Database, owner: Owner, answer_id: str, *chunks: str, question: str = "Why?") -> None:
    """Store an answer with its entry, as the API does."""
    answer, log = make_answer(answer_id, question=question, chunks=chunks), AuditLog(database)

    def entry(connection: Connection) -> None:
        details = Account.of(answer, "corpus-1", dict.fromkeys(chunks, "a.md")).details()
        log.add(connection, owner.tenant, actor="k1", action=GIVEN, subject=answer_id, details=details)

    AnswerStore(database).save(owner, answer, "corpus-1", also=entry)


@pytest.fixture
def auditor(database: Database) -> Auditor:
    return Auditor(AuditLog(database), AnswerStore(database))


def test_an_answer_is_traced_without_its_words(auditor: Auditor, database: Database) -> None:
    """Hashes, versions, chunks, verdicts and cost are there; the question is there as its sha256 alone."""
    give(database, ANA, "a1", "c1", "c2", question="Who is Ana's boss?")
    found = auditor.lineage("acme", "a1")
    account = found.account
    assert account.question_sha256 == hashlib.sha256(b"Who is Ana's boss?").hexdigest()
    assert (account.stack_hash, account.index, account.corpus_hash) == ("s1", "1", "corpus-1")
    assert account.chunks == {"c1": "a.md", "c2": "a.md"}
    assert (account.verdicts, account.cost_usd, account.tokens) == ({"supported": 2}, 0.0, 0)
    assert (found.actor, found.sequence, found.kept) == ("k1", 1, "as_given")
    assert "boss" not in found.model_dump_json()


def test_saving_again_is_not_noted_again(auditor: Auditor, database: Database) -> None:
    """One answer has one entry."""
    give(database, ANA, "a1", "c1")
    give(database, ANA, "a1", "c2")
    assert AuditLog(database).verify("acme").entries == 1
    assert auditor.lineage("acme", "a1").account.chunks == {"c1": "a.md"}


def test_lineage_outlives_the_answer(auditor: Auditor, database: Database) -> None:
    """A person who is erased takes the words along; ids, hashes and figures stay."""
    give(database, ANA, "a1", "c1")
    Holdings(database).erase(ANA)
    assert auditor.lineage("acme", "a1").kept == "erased"
    assert [(one.answer_id, one.kept) for one in auditor.uses("acme", "c1").answers] == [("a1", False)]


def test_an_answer_that_was_changed_shows(auditor: Auditor, database: Database) -> None:
    """Whoever rewrites a stored answer is found out by its entry."""
    give(database, ANA, "a1", "c1")
    with database.session() as session:
        session.execute(text("UPDATE answers SET body = replace(body, 'Claim 0.', 'Claim 1.')"))
    assert auditor.lineage("acme", "a1").kept == "changed"


def test_all_answers_that_used_a_chunk_are_found(auditor: Auditor, database: Database) -> None:
    """Newest first, page by page, and none that merely holds a similar id."""
    for number in range(5):
        give(database, ANA, f"a{number}", "c1" if number % 2 == 0 else "c10")
    page = auditor.uses("acme", "c1", limit=2)
    assert [one.answer_id for one in page.answers] == ["a4", "a2"]
    rest = auditor.uses("acme", "c1", limit=2, before=page.next_before)
    assert ([one.answer_id for one in rest.answers], rest.next_before) == (["a0"], None)
    for strange in ("c_", "%", "", '"', "a.md", "\0"):
        assert auditor.uses("acme", strange).answers == ()


def test_nothing_is_seen_across_tenants(auditor: Auditor, database: Database) -> None:
    """The same chunk in another tenant's answers is another matter."""
    give(database, ANA, "a1", "c1")
    give(database, EVE, "a2", "c1")
    assert [one.answer_id for one in auditor.uses("other", "c1").answers] == ["a2"]
    with pytest.raises(NotFoundError):
        auditor.lineage("other", "a1")


def test_all_chains_are_verified(auditor: Auditor, database: Database) -> None:
    """Every tenant's and the service's; the one that was tampered with is named."""
    give(database, ANA, "a1", "c1")
    give(database, EVE, "a2", "c1")
    assert [(one.tenant, one.verification.entries) for one in auditor.verify()] == [
        (SERVICE, 0),
        ("acme", 1),
        ("other", 1),
    ]
    tamper(database, "UPDATE audit_log SET actor = 'k2' WHERE tenant = 'acme'")
    broken = {one.tenant: one.verification.holds for one in auditor.verify()}
    assert broken == {SERVICE: True, "acme": False, "other": True}


def test_a_tenant_that_has_no_chain_is_not_said_to_hold(auditor: Auditor, database: Database) -> None:
    """A name that nobody has is an error, but a chain that was noted and is gone is broken."""
    give(database, ANA, "a1", "c1")
    noted = AuditLog(database).head("acme")
    with pytest.raises(NotFoundError, match="'amce'"):
        auditor.verify("amce")
    (gone,) = auditor.verify("other", noted=noted)
    assert not gone.verification.holds
    (service,) = auditor.verify(SERVICE)
    assert service.verification.holds


def test_a_chain_whose_head_was_removed_is_verified_too(auditor: Auditor, database: Database) -> None:
    """Removing the head does not hide the chain."""
    give(database, ANA, "a1", "c1")
    with database.session() as session:
        session.execute(text("DELETE FROM audit_heads"))
    assert not all(one.verification.holds for one in auditor.verify())
