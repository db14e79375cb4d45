import hashlib
import json

import pytest
from sqlalchemy import text

from coach.errors import DatabaseError, UsageError
from coach.store.audit import EMPTY, AuditLog, Head
from coach.store.database import Database


@pytest.fixture
def log(database: Database) -> AuditLog:
    """A log with five entries of one tenant and one of another."""
    made = AuditLog(database)
    for number in range(5):
        made.append("acme", actor="k1", action="flag.set", subject=f"f{number % 2}", details={"n": number})
    made.append("other", actor="k9", action="flag.set", subject="f0")
    return made


def tamper(database: Database, *statements: str) -> None:
    """Change the log as somebody would who owns the database: without the triggers."""
    lift = {
        "sqlite": ["DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"],
        "postgresql": ["SET LOCAL session_replication_role = replica"],
    }
    with database.session() as session:
        for statement in (*lift[database.engine.dialect.name], *statements):
            session.execute(text(statement))


def test_an_untouched_log_holds(log: AuditLog) -> None:
    """Every chain verifies, each tenant's by itself; an empty one too."""
    assert log.verify("acme").holds
    assert log.verify("acme").entries == 5
    assert log.verify("other").entries == 1
    assert log.verify("nobody").holds


def test_the_hash_is_what_the_page_says(log: AuditLog) -> None:
    """The first entry's hash is the sha256 of sixty-four zeros and its fields, as a JSON list."""
    entry = log.about("acme", "f0")[0]
    at = entry.at.isoformat(timespec="microseconds")
    parts = ["0" * 64, "acme", 1, at, "k1", "flag.set", "f0", '{"n":0}']
    assert entry.hash == hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def test_entries_about_a_thing_are_found_in_order(log: AuditLog) -> None:
    """Oldest first, within the tenant."""
    assert [entry.details["n"] for entry in log.about("acme", "f0")] == [0, 2, 4]
    assert [entry.sequence for entry in log.about("acme", "f1")] == [2, 4]
    assert [entry.actor for entry in log.about("other", "f0")] == ["k9"]


@pytest.mark.parametrize(
    "change", ["UPDATE audit_log SET actor = 'k2'", "DELETE FROM audit_log WHERE sequence = 5"]
)
def test_the_database_refuses_to_change_an_entry(log: AuditLog, database: Database, change: str) -> None:
    """Neither an update nor a delete of an entry goes through."""
    with pytest.raises(DatabaseError, match="append-only"), database.session() as session:
        session.execute(text(change))
    assert log.verify("acme").entries == 5


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit_log SET actor = 'k2' WHERE tenant = 'acme' AND sequence = 3", 3),
        ("UPDATE audit_log SET details = '{}' WHERE tenant = 'acme' AND sequence = 1", 1),
        ("UPDATE audit_log SET hash = 'f' WHERE tenant = 'acme' AND sequence = 5", 5),
        ("UPDATE audit_log SET tenant = 'acme', sequence = 6 WHERE tenant = 'other'", 6),
        ("DELETE FROM audit_log WHERE tenant = 'acme' AND sequence = 2", 2),
        ("DELETE FROM audit_log WHERE tenant = 'acme' AND sequence = 5", 5),
        ("DELETE FROM audit_log WHERE tenant = 'acme'", 1),
    ],
)
def test_tampering_shows(log: AuditLog, database: Database, change: str, broken_at: int) -> None:
    """A changed, forged, removed or cut-off entry breaks the chain at its place."""
    tamper(database, change)
    assert log.verify("acme").broken_at == broken_at


def test_a_rewritten_chain_does_not_lead_to_a_noted_head(log: AuditLog, database: Database) -> None:
    """Who cuts the end off and mends the head is shown by a head that was noted before."""
    noted = log.head("acme")
    fourth = log.about("acme", "f1")[-1]
    mend = f"UPDATE audit_heads SET sequence = 4, hash = '{fourth.hash}' WHERE tenant = 'acme'"  # noqa: S608
    tamper(database, "DELETE FROM audit_log WHERE tenant = 'acme' AND sequence = 5", mend)
    assert log.verify("acme").holds
    assert log.verify("acme", noted=noted).broken_at == 5
    log.append("acme", actor="k1", action="flag.set", subject="f0")
    assert log.verify("acme", noted=noted).broken_at == 5


def test_a_noted_head_is_led_through(log: AuditLog) -> None:
    """An honest log that grew since still verifies against every head it had."""
    noted = [EMPTY, log.head("acme")]
    log.append("acme", actor="k1", action="flag.set", subject="f0")
    assert all(log.verify("acme", noted=head).holds for head in (*noted, log.head("acme")))
    assert log.verify("nobody", noted=Head(sequence=1, hash="x")).broken_at == 1


@pytest.mark.parametrize("actor", ["a\0b", "k" * 65])
def test_a_failed_append_leaves_no_gap(log: AuditLog, actor: str) -> None:
    """An entry that cannot be stored takes no number."""
    with pytest.raises(UsageError):
        log.append("acme", actor=actor, action="x", subject="y")
    log.append("acme", actor="k1", action="flag.set", subject="f0")
    assert log.verify("acme").entries == 6
