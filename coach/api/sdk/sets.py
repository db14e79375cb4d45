"""What a client can ask for with question sets: read, build, keep in versions, export."""

from __future__ import annotations

from dataclasses import replace

from coach.api import calls
from coach.api.calls import Call
from coach.api.sdk.method import AwaitingThrough, Through, endpoint
from coach.api.sets import (
    CompetencyList,
    LeakReply,
    LeakRequest,
    ReadReply,
    ReadRequest,
    RestoreRequest,
    SetPage,
    SetReply,
    SetRequest,
    SetVersions,
    VersionRequest,
)
from coach.recruit.changes import SetChange
from coach.recruit.exchange import DocumentName, ExportFormat

_PATH = "/v1/question-sets"


class SetRequests:
    """All of it is the team's; what is another's is as if it were not there and raises NotFoundError."""

    @endpoint
    def competencies(self) -> Call[CompetencyList]:
        """Return what questions can be about."""
        return calls.get(f"{_PATH}/competencies", CompetencyList)

    @endpoint
    def read(self, text: str) -> Call[ReadReply]:
        """Return the wishes that a job text or a note states; nothing is kept."""
        return calls.post(f"{_PATH}/read", ReadReply, ReadRequest(text=text))

    @endpoint
    def build(self, wanted: SetRequest, *, idempotency_key: str | None = None) -> Call[SetReply]:
        """Return a new set."""
        return calls.create(_PATH, SetReply, wanted, idempotency_key)

    @endpoint
    def build_version(
        self, set_id: str, wanted: VersionRequest, *, idempotency_key: str | None = None
    ) -> Call[SetReply]:
        """Return the next version; what is left out stays as it was, and so do wishes that are not set.

        Raises ConflictError if `wanted.after` is not the newest version.
        """
        path = f"{_PATH}/{calls.in_path(set_id)}/versions"
        said = wanted.model_dump_json(exclude_unset=True).encode()
        return replace(calls.create(path, SetReply, wanted, idempotency_key), body=said)

    @endpoint
    def list(self, *, limit: int = 50, cursor: str | None = None) -> Call[SetPage]:
        """Return a page of the team's sets, latest change first."""
        return calls.get(_PATH, SetPage, limit=limit, cursor=cursor)

    @endpoint
    def get(self, set_id: str, *, version: int | None = None) -> Call[SetReply]:
        """Return a version of a set, the newest if none is named."""
        return calls.get(f"{_PATH}/{calls.in_path(set_id)}", SetReply, version=version)

    @endpoint
    def delete(self, set_id: str) -> Call[None]:
        """Delete a set with all its versions."""
        return calls.delete(f"{_PATH}/{calls.in_path(set_id)}")

    @endpoint
    def versions(self, set_id: str) -> Call[SetVersions]:
        """Return all versions of a set, newest first."""
        return calls.get(f"{_PATH}/{calls.in_path(set_id)}/versions", SetVersions)

    @endpoint
    def restore(
        self, set_id: str, version: int, *, after: int, idempotency_key: str | None = None
    ) -> Call[SetReply]:
        """Return an older version as the newest one, which follows `after`."""
        body = RestoreRequest(version=version, after=after)
        return calls.create(f"{_PATH}/{calls.in_path(set_id)}/restore", SetReply, body, idempotency_key)

    @endpoint
    def changes(self, set_id: str, before: int, after: int | None = None) -> Call[SetChange]:
        """Return what changed from one version to another, to the newest if none is named."""
        return calls.get(f"{_PATH}/{calls.in_path(set_id)}/changes", SetChange, before=before, after=after)

    @endpoint
    def export(
        self,
        set_id: str,
        form: ExportFormat = "pdf",
        *,
        document: DocumentName = "guide",
        version: int | None = None,
    ) -> Call[bytes]:
        """Return a set as a file."""
        path = f"{_PATH}/{calls.in_path(set_id)}/export"
        return calls.get_bytes(path, format=form, document=document, version=version)

    @endpoint
    def leaks(self, set_id: str, text: str) -> Call[LeakReply]:
        """Return the questions of a set that a text gives away."""
        return calls.post(f"{_PATH}/{calls.in_path(set_id)}/leaks", LeakReply, LeakRequest(text=text))


class Sets(SetRequests, Through):
    """`Client.sets`."""


class AsyncSets(SetRequests, AwaitingThrough):
    """`AsyncClient.sets`."""
