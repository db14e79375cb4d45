"""Cards as they are kept: one for each question that somebody was graded on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from coach.practice.schedule import CardState, day_starts, end_of_day, rate, rating_of
from coach.practice.tables import CardRow, ReviewRow
from coach.store.base import new_id
from coach.store.database import Database, insert_if_absent
from coach.store.owner import Owner
from coach.store.private import of_person
from ingest.contract import Frozen


class DueCard(Frozen):
    """A question that is due."""

    question_id: str
    card: CardState


class DueCards(NamedTuple):
    """Cards that are due, and how many more are whose question the handbook does not have any more."""

    cards: tuple[DueCard, ...]
    retired: int


class DueDay(Frozen):
    """How many questions fall due on a local day; what is overdue counts for the first."""

    day: date
    due: int


class CardStore:
    """Reads the schedule; a card is written with the grade that reviews it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(
        self, owner: Owner, now: datetime, zone: ZoneInfo, *, known: Container[str], limit: int = 50
    ) -> DueCards:
        """Return what is due before the local day ends, the longest due first.

        Args:
            owner: Whose cards.
            now: The moment.
            zone: Whose day it is.
            known: Ids of the questions that the handbook has; at most `limit` of their cards are returned.
            limit: Of cards.
        """
        query = (
            of_person(CardRow, owner)
            .where(CardRow.due < end_of_day(now, zone))
            .order_by(CardRow.due, CardRow.question_id)
        )
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            live = [row for row in rows if row.question_id in known]
            return DueCards(tuple(map(_card, live[:limit])), len(rows) - len(live))

    def all(self, owner: Owner) -> tuple[DueCard, ...]:
        """Return all cards of the person, the next due first."""
        with self._database.reading() as session:
            rows = session.scalars(of_person(CardRow, owner).order_by(CardRow.due, CardRow.question_id))
            return tuple(_card(row) for row in rows)

    def rate(self, owner: Owner, question_id: str, rating: int, at: datetime) -> DueCard:
        """Return a question's card after its person rated how well it was remembered, without a grade."""
        with self._database.session() as session:
            card = _review(session, owner, question_id, rating, at, score=None)
        return DueCard(question_id=question_id, card=card)

    def forecast(
        self, owner: Owner, now: datetime, zone: ZoneInfo, *, known: Container[str], days: int
    ) -> tuple[DueDay, ...]:
        """Return how many cards of known questions fall due on each of the next local days, today first."""
        today = now.astimezone(zone).date()
        dates = [today + timedelta(days=step) for step in range(days + 1)]
        query = (
            of_person(CardRow, owner)
            .where(CardRow.due < day_starts(dates[-1], zone))
            .with_only_columns(CardRow.question_id, CardRow.due)
        )
        with self._database.reading() as session:
            dues = sorted(row.due for row in session.execute(query) if row.question_id in known)
        until = [0, *(bisect_left(dues, day_starts(day, zone)) for day in dates[1:])]
        return tuple(
            DueDay(day=day, due=after - before)
            for day, before, after in zip(dates[:-1], until[:-1], until[1:], strict=True)
        )


def review_card(session: Session, owner: Owner, question_id: str, score: float, at: datetime) -> CardState:
    """Return a question's card after a graded answer, which is stored as its review."""
    return _review(session, owner, question_id, rating_of(score), at, score=score)


def _review(
    session: Session, owner: Owner, question_id: str, rating: int, at: datetime, *, score: float | None
) -> CardState:
    """Return a card after a review that is stored with it; the first one makes the card."""
    empty = CardState(due=at)
    insert_if_absent(
        session.connection(),
        CardRow,
        {
            "tenant": owner.tenant,
            "person": owner.person,
            "id": new_id(),
            "created_at": at,
            "question_id": question_id,
            "due": at,
            "version": 0,
            "body": empty.model_dump_json(),
        },
    )
    row = session.scalars(
        of_person(CardRow, owner).where(CardRow.question_id == question_id).with_for_update()
    ).one()
    before = CardState.model_validate_json(row.body) if row.version else None
    after = rate(before, rating, at)
    session.add(
        ReviewRow(
            tenant=owner.tenant,
            person=owner.person,
            card_id=row.id,
            number=row.version,
            reviewed_at=at,
            rating=after.rating,
            score=score,
        )
    )
    row.version += 1
    row.due = after.card.due
    row.body = after.card.model_dump_json()
    return after.card


def _card(row: CardRow) -> DueCard:
    return DueCard(question_id=row.question_id, card=CardState.model_validate_json(row.body))
