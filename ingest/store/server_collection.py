"""One collection on a Qdrant server, with all its builds.

<collection>                          alias of the live build's points
<collection>__<build>                 points
<collection>__<build>__library        documents, vocabulary, manifest; a draft's mark until it is
                                      published, another if it has never been live
<collection>__lock                    the writer's lease
"""

from __future__ import annotations

import re

from qdrant_client import models

from ingest.store.encoding import BUILD_NAME, Draft
from ingest.store.server_connection import Connection
from ingest.store.server_library import BESIDE, DRAFT, MANIFEST, ServerLibrary
from ingest.store.values import BuildStatus


class ServerCollection:
    """What stands on the server under one name. What others made there is not touched."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.connection = connection
        self.name = name

    def points(self, build: str) -> str:
        """Return what a build's points are called."""
        return f"{self.name}__{build}"

    def library(self, build: str) -> ServerLibrary:
        """Return the library of a build."""
        return ServerLibrary(self.connection, self.library_name(build))

    def library_name(self, build: str) -> str:
        """Return what the collection of a build's library is called."""
        return f"{self.points(build)}__library"

    @property
    def lock(self) -> str:
        """What the collection that holds the lease is called."""
        return f"{self.name}__lock"

    def builds(self) -> list[str]:
        """Return the builds that this program made, in the order of their names.

        The library is the evidence: another's collection may bear a name that looks like a build's.
        """
        pattern = re.compile(rf"{re.escape(self.name)}__({BUILD_NAME.pattern})__library")
        matches = (pattern.fullmatch(name) for name in self.connection.names())
        return sorted(match[1] for match in matches if match)

    def live(self) -> str:
        """Return the name of the live build, or nothing."""
        return live_build(self.name, self.connection.aliases())

    def set_live(self, build: str) -> None:
        """Make a build the live one, in one step."""
        target = models.CreateAlias(collection_name=self.points(build), alias_name=self.name)
        swap = [models.CreateAliasOperation(create_alias=target)]
        removal = [self._removal()] if self.live() else []
        with self.connection.errors() as to:
            to.client.update_collection_aliases([*removal, *swap])

    def is_published(self, build: str) -> bool:
        """Return whether there is such a build, and it is whole."""
        return build in self.builds() and self.status(build) != "unfinished"

    def status(self, build: str) -> BuildStatus:
        """Return what becomes of a build that exists."""
        if build == self.live():
            return "live"
        library = self.library(build)
        is_whole = self.points(build) in self.connection.names() and library.get(MANIFEST) is not None
        if not is_whole or library.get(DRAFT) is not None:
            return "unfinished"
        return "beside" if library.get(BESIDE) is not None else "earlier"

    def set_beside(self, build: str) -> None:
        """Publish a build that does not go live; without its draft's mark it counts as whole."""
        library = self.library(build)
        library.put(BESIDE, "", "{}")
        library.remove(DRAFT)

    def remove_alias(self) -> None:
        """Leave the collection without a live build."""
        if self.live():
            with self.connection.errors() as to:
                to.client.update_collection_aliases([self._removal()])

    def _removal(self) -> models.DeleteAliasOperation:
        return models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self.name))

    def drafts(self) -> dict[str, Draft]:
        """Return the mark by name of the builds that never went live; none that is half removed."""
        live, names = self.live(), self.connection.names()
        whole = [build for build in self.builds() if build != live and self.points(build) in names]
        marks = {build: self.library(build).get(DRAFT) for build in whole}
        return {build: Draft.model_validate_json(mark) for build, mark in marks.items() if mark}

    def fullest_draft(self, embed_model_version: str) -> str:
        """Return the draft of this version with most complete chunks, or nothing."""
        drafts = [
            name for name, mark in self.drafts().items() if mark.embed_model_version == embed_model_version
        ]
        counts = {name: len(self.library(name).chunk_ids()) for name in drafts}
        return max(
            (name for name in counts if counts[name]), key=lambda name: (counts[name], name), default=""
        )

    def is_settled(self) -> bool:
        """Return whether the writer of the live build came to its end."""
        live = self.live()
        return not live or self.library(live).get(DRAFT) is None

    def settle(self) -> None:
        """Do what is left to do for the live build, where its writer was stopped after it went live."""
        live = self.live()
        if not live:
            return
        if not self.is_settled():
            self.tidy(max((name for name in self.builds() if self.status(name) == "earlier"), default=""))
        for mark in (DRAFT, BESIDE):
            self.library(live).remove(mark)

    def tidy(self, previous: str) -> None:
        """Remove what no reader needs: all but the live build, the previous one and those beside."""
        for build in self.builds():
            if build != previous and self.status(build) in ("earlier", "unfinished"):
                self.discard(build)

    def discard(self, build: str) -> None:
        """Remove a build; its library last, because that is what shows that the rest is ours."""
        with self.connection.errors() as to:
            to.client.delete_collection(self.points(build))
            to.client.delete_collection(self.library_name(build))


def live_build(collection: str, aliases: dict[str, str]) -> str:
    """Return the build that a collection's alias stands for, or nothing.

    >>> live_build("a", {"a": "a__1", "ab": "ab__2"}), live_build("b", {"b": "other"})
    ('1', '')
    """
    prefix, _, build = aliases.get(collection, "").rpartition("__")
    return build if prefix == collection and BUILD_NAME.fullmatch(build) else ""
