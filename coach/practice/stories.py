"""The story bank: stories as they are kept, each visible to its person alone."""

from __future__ import annotations

from coach.errors import ConflictError
from coach.practice.story import Story, StoryText
from coach.practice.tables import StoryRow
from coach.store.base import new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page
from coach.store.private import find, of_person


class StoryStore:
    """Keeps stories."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, owner: Owner, text: StoryText) -> Story:
        """Store a story and return it as stored."""
        story = Story(**text.model_dump(), id=new_id(), created_at=utc_now(), version=0)
        with self._database.session() as session:
            session.add(
                StoryRow(
                    tenant=owner.tenant,
                    person=owner.person,
                    id=story.id,
                    created_at=story.created_at,
                    version=story.version,
                    body=text.model_dump_json(),
                )
            )
        return story

    def get(self, owner: Owner, story_id: str) -> Story:
        """Return a story of the person. Raises NotFoundError."""
        with self._database.reading() as session:
            return _story(find(session, StoryRow, owner, story_id))

    def replace(self, owner: Owner, story_id: str, text: StoryText, *, after: int) -> Story:
        """Store what a story says now and return it.

        Raises:
            NotFoundError: The person has no such story.
            ConflictError: It is not at version `after` any more.
        """
        with self._database.session() as session:
            row = find(session, StoryRow, owner, story_id, lock=True)
            if row.version != after:
                raise ConflictError(f"story {story_id!r} is at version {row.version}, not {after}")
            row.version, row.body = after + 1, text.model_dump_json()
            return _story(row)

    def delete(self, owner: Owner, story_id: str) -> None:
        """Remove a story. Raises NotFoundError."""
        with self._database.session() as session:
            session.delete(find(session, StoryRow, owner, story_id, lock=True))

    def list(self, owner: Owner, *, limit: int = PAGE_ITEMS, cursor: str | None = None) -> Page[Story]:
        """Return the person's stories, newest first.

        Raises:
            UsageError: The limit is out of range.
            NotFoundError: The cursor comes from no list.
        """
        query = of_person(StoryRow, owner)
        with self._database.reading() as session:
            return read_page(session, query, StoryRow, cursor=cursor, limit=limit).map(_story)


def _story(row: StoryRow) -> Story:
    text = StoryText.model_validate_json(row.body)
    return Story(**text.model_dump(), id=row.id, created_at=row.created_at, version=row.version)
