"""`coach audit`: where an answer comes from, which answers used a chunk, whether the log holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.options import json_option

if TYPE_CHECKING:
    from coach.operate.lineage import Auditor, Lineage

_tenant = click.option("--tenant", default="local", show_default=True, help="Whose answers.")
_HEAD = re.compile(r"(?P<sequence>[1-9]\d{0,9}|0(?=:0{64})):(?P<hash>[0-9a-f]{64})", re.ASCII)


@click.group()
def audit() -> None:
    """Trace answers and chunks, and verify the audit log. Nothing here shows a user's words."""


@audit.command()
@click.argument("answer_id", metavar="ID")
@_tenant
@json_option
def answer(*, answer_id: str, tenant: str, as_json: bool) -> None:
    """Show what answer ID was made of, also if it was erased since."""
    with _auditor() as auditor:
        found = auditor.lineage(tenant, answer_id)
    click.echo(found.model_dump_json() if as_json else _told(found))


@audit.command()
@click.argument("chunk_id", metavar="ID")
@_tenant
@json_option
def chunk(*, chunk_id: str, tenant: str, as_json: bool) -> None:
    """List all answers that cite chunk ID, newest first."""
    before: int | None = None
    with _auditor() as auditor:
        while True:
            page = auditor.uses(tenant, chunk_id, before=before)
            for one in page.answers:
                state = "" if one.kept else "  erased"
                told = f"{one.answer_id}  {one.given_at:%Y-%m-%d %H:%M:%S} UTC  stack {one.stack_hash}{state}"
                click.echo(one.model_dump_json() if as_json else told)
            if (before := page.next_before) is None:
                break


@audit.command()
@click.option("--tenant", help="Only this chain; '*' is that of the service.")
@click.option("--noted", metavar="SEQUENCE:HASH", help="The end that --tenant's chain had at some time.")
@json_option
@click.pass_context
def verify(context: click.Context, *, tenant: str | None, noted: str | None, as_json: bool) -> None:
    """Walk the chains of the log and print where each ends. Exits with 1 if one does not hold.

    Keep the printed ends where the database's owner cannot change them: given as --noted, they prove later
    that nothing was cut off or rewritten.
    """
    from coach.errors import UsageError
    from coach.store.audit import EMPTY, Head

    head = EMPTY
    if noted is not None:
        parts = _HEAD.fullmatch(noted)
        if parts is None or tenant is None:
            raise UsageError(f"--noted {noted!r} is not SEQUENCE:HASH of a --tenant")
        head = Head(sequence=int(parts["sequence"]), hash=parts["hash"])
    with _auditor() as auditor:
        chains = auditor.verify(tenant, noted=head)
    for one in chains:
        found = one.verification
        state = "holds" if found.holds else f"BROKEN at entry {found.broken_at}"
        end = f"{one.head.sequence}:{one.head.hash}"
        click.echo(
            one.model_dump_json() if as_json else f"{one.tenant}  {state}, {found.entries} entries, {end}"
        )
    if not all(one.verification.holds for one in chains):
        context.exit(1)


@contextmanager
def _auditor() -> Iterator[Auditor]:
    from coach.operate.lineage import Auditor
    from coach.store.answers import AnswerStore
    from coach.store.audit import AuditLog

    with open_database() as database:
        yield Auditor(AuditLog(database), AnswerStore(database))


def _told(found: Lineage) -> str:
    from coach.telemetry.trace import trace_id_of

    account = found.account
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(account.verdicts.items()))
    cost = "unknown" if account.cost_usd is None else f"{account.cost_usd:.4f}"
    rows = {
        "given": f"{found.given_at:%Y-%m-%d %H:%M:%S} UTC to {found.tenant}, key {found.actor}",
        "trace": f"{trace_id_of(found.answer_id):032x}",
        "kept": found.kept.replace("_", " "),
        "question": f"sha256 {account.question_sha256}",
        "stack": account.stack_hash,
        "index": f"{account.index}, handbook {account.corpus_hash}",
        "claims": f"{verdicts or 'none'}; {account.dropped} dropped",
        "model": account.model or "none, quotes",
        "cost": f"{account.tokens} tokens, {cost} USD",
        "degraded": "; ".join(account.degraded) or "no",
        "entry": f"{found.sequence}, {found.hash}",
    }
    lines = [f"{name:<9} {value}" for name, value in rows.items()]
    return "\n".join(
        [*lines, *(f"chunk     {chunk}  {document}" for chunk, document in account.chunks.items())]
    )
