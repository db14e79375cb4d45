"""The switchboard: what operators switched, the same for all processes on one database within a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock

import structlog
from pydantic import Field, JsonValue
from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coach.errors import CoachError, NotFoundError, UsageError
from coach.operate.mitigation import Mitigation, SwitchName, check_value
from coach.store.audit import SERVICE, AuditLog
from coach.store.base import NAME_CHARS, Base, PlainText, UtcTime, Word, utc_now
from coach.store.database import Database, insert_if_absent
from ingest.contract import Frozen
from ingest.tenants import NAME

REFRESH_S = 1.0
"""How long the switches are believed without a look at the database."""
RETRY_S = 5.0
"""The same after a look that failed, so that not every question waits for a dead database."""
MAX_REASON_CHARS = 500
REASON = r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$"
"""One line that is not blank."""
MAX_MINUTES = 60 * 24 * 31


class SwitchRow(Base):
    """A switch that is set; `tenant` is empty for those that concern everybody."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(Word(16), primary_key=True)
    tenant: Mapped[str] = mapped_column(Word(NAME_CHARS), primary_key=True)
    value: Mapped[str] = mapped_column(Word(128))
    reason: Mapped[str] = mapped_column(PlainText)
    set_by: Mapped[str] = mapped_column(Word(NAME_CHARS))
    set_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Wanted(Frozen):
    """What somebody wants switched.

    Attributes:
        tenant: Whose requests it concerns; given for the switch "tenant" alone.
        minutes: How long it holds; None means until it is cleared.
    """

    name: SwitchName
    value: str = Field(max_length=128)
    reason: str = Field(min_length=1, max_length=MAX_REASON_CHARS, pattern=REASON)
    tenant: str = Field("", max_length=NAME_CHARS)
    minutes: int | None = Field(None, ge=1, le=MAX_MINUTES)


class Switch(Frozen):
    """A switch that is set: to what, why, by whom, and until when; `ends_at` is None without an end."""

    name: SwitchName
    tenant: str
    value: str
    reason: str
    set_by: str
    set_at: datetime
    ends_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it has not run out."""
        return self.ends_at is None or now < self.ends_at


class Switchboard:
    """Sets, clears and tells switches; each change is in the audit log's chain of the service.

    Args:
        database: Where they are kept.
        clock: The time of day; switches run out by it.
        refresh_s: How long what was read is believed.
        clock_s: Seconds since some fixed moment.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = utc_now,
        refresh_s: float = REFRESH_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._audit = AuditLog(database, clock=clock)
        self._clock = clock
        self._refresh_s = refresh_s
        self._clock_s = clock_s
        self._refreshing = Lock()
        self._known: tuple[Switch, ...] = ()
        self._believed_until_s: float | None = None

    def set(self, wanted: Wanted, *, actor: str) -> Switch:
        """Switch something, in place of what it was switched to before; return it.

        Raises:
            UsageError: The switch does not take the value, or a tenant is missing or too much.
        """
        _check(wanted)
        now = self._clock()
        ends_at = now + timedelta(minutes=wanted.minutes) if wanted.minutes else None
        made = Switch(**wanted.model_dump(exclude={"minutes"}), set_by=actor, set_at=now, ends_at=ends_at)
        details: dict[str, JsonValue] = {
            "to": made.value,
            "reason": made.reason,
            "ends_at": ends_at.isoformat() if ends_at else None,
        }
        with self._database.session() as session:
            is_new = insert_if_absent(session.connection(), SwitchRow, made.model_dump())
            row = session.get_one(SwitchRow, (made.name, made.tenant), with_for_update=True)
            before = None if is_new else _switch(row)
            for field, value in made:
                setattr(row, field, value)
            details["from"] = before.value if before and before.holds(now) else None
            self._note(session, "switch.set", made, actor, details)
        self.refresh()
        return made

    def clear(self, name: SwitchName, *, tenant: str = "", actor: str, reason: str) -> Switch:
        """Take a switch back and return what it was.

        Raises:
            NotFoundError: It is not set.
        """
        now = self._clock()
        with self._database.session() as session:
            row = session.get(SwitchRow, (name, tenant), with_for_update=True)
            if row is None or not (was := _switch(row)).holds(now):
                raise NotFoundError(
                    f"switch {_named(name, tenant)!r} is not set",
                    hint="'coach switches list' shows those that are.",
                )
            session.delete(row)
            session.execute(delete(SwitchRow).where(SwitchRow.ends_at <= now))  # audited when they were set
            details: dict[str, JsonValue] = {"from": was.value, "to": None, "reason": reason}
            self._note(session, "switch.cleared", was, actor, details)
        self.refresh()
        return was

    def list(self) -> tuple[Switch, ...]:
        """Return the switches that are set and have not run out, by name and tenant."""
        now = self._clock()
        return tuple(one for one in self._read() if one.holds(now))

    @property
    def is_stale(self) -> bool:
        """Whether what is known is older than it may be."""
        return self._believed_until_s is None or self._clock_s() >= self._believed_until_s

    def refresh(self) -> None:
        """Read the switches anew, unless another thread is about it.

        While the database does not answer, what was known last stays in force: a mitigation must not end
        because something else failed.
        """
        if not self._refreshing.acquire(blocking=False):
            return
        believed_s = RETRY_S
        try:
            self._known = self._read()
            believed_s = self._refresh_s
        except CoachError as error:
            structlog.get_logger().warning("switches_not_read", error=str(error), hint=error.hint)
        finally:
            self._believed_until_s = self._clock_s() + believed_s
            self._refreshing.release()

    def mitigation(self) -> Mitigation:
        """Return how the stack in force is limited at this moment."""
        if self.is_stale:
            self.refresh()
        now = self._clock()
        return Mitigation.of((one.name, one.value) for one in self._known if one.holds(now))

    @property
    def known(self) -> tuple[Switch, ...]:
        """The switches that hold, as far as is known: the database is not asked."""
        now = self._clock()
        return tuple(one for one in self._known if one.holds(now))

    def is_off(self, tenant: str) -> bool:
        """Whether the tenant is switched off, as far as is known: the database is not asked."""
        return any(one.name == "tenant" and one.tenant == tenant for one in self.known)

    def _note(
        self, session: Session, action: str, switch: Switch, actor: str, details: Mapping[str, JsonValue]
    ) -> None:
        self._audit.add(
            session.connection(),
            SERVICE,
            actor=actor,
            action=action,
            subject=_subject(switch),
            details=details,
        )

    def _read(self) -> tuple[Switch, ...]:
        query = select(SwitchRow).order_by(SwitchRow.name, SwitchRow.tenant)
        with self._database.reading() as session:
            return tuple(_switch(row) for row in session.scalars(query))


def _check(wanted: Wanted) -> None:
    check_value(wanted.name, wanted.value)
    if wanted.name != "tenant" and wanted.tenant:
        raise UsageError(f"switch {wanted.name!r} concerns all tenants", hint="Leave the tenant out.")
    if wanted.name == "tenant" and not NAME.fullmatch(wanted.tenant):
        raise UsageError(
            f"{wanted.tenant!r} is no name of a tenant", hint="Name the tenant that is to be switched off."
        )


def _switch(row: SwitchRow) -> Switch:
    return Switch(**{field: getattr(row, field) for field in Switch.model_fields})


def _named(name: str, tenant: str) -> str:
    return f"{name}:{tenant}" if tenant else name


def _subject(switch: Switch) -> str:
    return f"switch:{_named(switch.name, switch.tenant)}"
