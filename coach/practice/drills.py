"""Drills, conducted and kept: each decision is committed with what came of it, so a crash loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from coach.errors import ConflictError, NotFoundError
from coach.practice.drill import WAIT, Drill, Staged
from coach.practice.drill_run import DrillRun, DrillView, decide, finish, minute_of, view
from coach.practice.tables import DrillRow
from coach.store.base import new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page
from coach.store.private import find, of_person

ReadMoves = Callable[[Drill, str], tuple[str, ...]]
"""What somebody says, as moves."""


class Drills:
    """Conducts drills; each run is visible to its person alone.

    Args:
        database: Keeps them.
        staged: The drills that the handbook has the pages of, by id.
        read: Understands what somebody says.
        clock: Tells the time.
    """

    def __init__(
        self,
        database: Database,
        staged: Callable[[], Mapping[str, Staged]],
        read: ReadMoves,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._staged = staged
        self._read = read
        self._clock = clock

    def shelf(self) -> tuple[Drill, ...]:
        """Return the drills that can be run, by id."""
        return tuple(one.drill for one in self._staged().values())

    def start(self, owner: Owner, drill_id: str) -> DrillView:
        """Return a new run. Raises NotFoundError if there is no such drill."""
        staged = self._staged().get(drill_id)
        if staged is None:
            raise NotFoundError(f"there is no drill {drill_id!r}")
        now = self._clock()
        run = DrillRun(
            id=new_id(), created_at=now, version=0, status="running", drill=staged.drill, proofs=staged.proofs
        )
        with self._database.session() as session:
            session.add(
                DrillRow(
                    tenant=owner.tenant,
                    person=owner.person,
                    id=run.id,
                    created_at=now,
                    version=run.version,
                    status=run.status,
                    body=run.model_dump_json(),
                )
            )
        return view(run, now)

    def run(self, owner: Owner, run_id: str) -> DrillRun:
        """Return a run, over if its time is up. Raises NotFoundError."""
        with self._database.reading() as session:
            run = _run(find(session, DrillRow, owner, run_id))
        if run.status == "running" and minute_of(run, self._clock()) >= run.drill.minutes:
            return self._finish(owner, run_id)
        return run

    def get(self, owner: Owner, run_id: str) -> DrillView:
        """Return a run as its person may see it. Raises NotFoundError."""
        return view(self.run(owner, run_id), self._clock())

    def decide(self, owner: Owner, run_id: str, number: int, *, move: str = "", said: str = "") -> DrillView:
        """Return a run after a decision: a move that is offered, or words.

        The same decision may be sent again.

        Raises:
            NotFoundError: The person has no such run, or the drill has no such move.
            ConflictError: The decision of this number was another one, or the drill is over.
        """
        moves = self._moves(self.run(owner, run_id).drill, move, said)
        with self._database.session() as session:
            row = find(session, DrillRow, owner, run_id, lock=True)
            run = _run(row)
            if number < len(run.decisions):
                before = run.decisions[number]
                if before.said != said or (move and (before.asked or before.moves) != moves):
                    raise _conflict(number)
            elif number > len(run.decisions) or run.status == "finished":
                raise _conflict(number)
            else:
                run = decide(run, self._clock(), said=said, moves=moves)
                _write(row, run)
        return view(run, self._clock())

    def finish(self, owner: Owner, run_id: str) -> DrillView:
        """Return a run that is over; idempotent. Raises NotFoundError."""
        return view(self._finish(owner, run_id), self._clock())

    def list(self, owner: Owner, *, limit: int = PAGE_ITEMS, cursor: str | None = None) -> Page[DrillView]:
        """Return the person's runs, newest first.

        Raises:
            UsageError: The limit is out of range.
            NotFoundError: The cursor comes from no list.
        """
        query = of_person(DrillRow, owner)
        with self._database.reading() as session:
            page = read_page(session, query, DrillRow, cursor=cursor, limit=limit)
        now = self._clock()
        return page.map(lambda row: view(_run(row), now))

    def _finish(self, owner: Owner, run_id: str) -> DrillRun:
        with self._database.session() as session:
            row = find(session, DrillRow, owner, run_id, lock=True)
            run = finish(_run(row), self._clock())
            _write(row, run)
        return run

    def _moves(self, drill: Drill, move: str, said: str) -> tuple[str, ...]:
        if not move:
            return self._read(drill, said)
        if move != WAIT and drill.move(move) is None:
            raise NotFoundError(f"the drill has no move {move!r}", hint="Pick one of 'moves', or say it.")
        return (move,)


def _conflict(number: int) -> ConflictError:
    return ConflictError(
        f"decision {number} was another one, or the drill is over", hint="Read the run again."
    )


def _run(row: DrillRow) -> DrillRun:
    return DrillRun.model_validate_json(row.body)


def _write(row: DrillRow, run: DrillRun) -> None:
    row.version, row.status, row.body = run.version, run.status, run.model_dump_json()
