"""Mitigations: what can be switched without a restart, and what each does to the stack in force."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

from coach.errors import UsageError
from ingest.contract import Frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coach.models.assemble import Models
    from coach.settings import Settings

SwitchName = Literal["model", "fallback", "passages", "rerank", "quotes_only", "tenant"]
SWITCH_NAMES: tuple[SwitchName, ...] = get_args(SwitchName)
SWITCHED = "switch: "
"""How the word begins that an answer carries for each switch it was made under."""


class Rule(Frozen):
    """What one switch takes.

    Attributes:
        values: Whole value, as a regular expression.
        told: The same for people.
        effect: What it does, for people.
    """

    values: str
    told: str
    effect: str


RULES: dict[SwitchName, Rule] = {
    "model": Rule(
        values="[A-Za-z0-9_-]{1,32}/[!-~]{1,80}",
        told="provider/name of a model",
        effect="This model is asked first; the others of the chain stay behind it.",
    ),
    "fallback": Rule(
        values="off|[1-9]",
        told="off, or a step from 1 to 9",
        effect="off: no model but the first is asked. A step: so many models of the chain are passed over.",
    ),
    "passages": Rule(
        values="[1-9]|1[0-9]|20",
        told="a number from 1 to 20",
        effect="An answer draws on so many sections at most.",
    ),
    "rerank": Rule(values="off", told="off", effect="The found sections stay in the order of the search."),
    "quotes_only": Rule(values="on", told="on", effect="No model is asked; answers are composed of quotes."),
    "tenant": Rule(
        values="off", told="off", effect="Requests of this tenant are refused, an administrator's excepted."
    ),
}


def check_value(name: SwitchName, value: str) -> None:
    """Return if the switch takes the value.

    Raises:
        UsageError: It does not.
    """
    rule = RULES[name]
    if not re.fullmatch(rule.values, value):
        raise UsageError(f"switch {name!r} does not take {value!r}", hint=f"It takes {rule.told}.")


class Mitigation(Frozen):
    """How the stack in force is limited for now; the default changes nothing.

    Attributes:
        model: Asked before the other models of the chain; empty means the order of the stack.
        fallback: "off", or how many models of the chain are passed over; empty means none.
        passages: Most sections that an answer may draw on; 0 means what the stack says.
        rerank: False if reranking is switched off.
        quotes_only: Whether models are left alone.
    """

    model: str = ""
    fallback: str = ""
    passages: int = 0
    rerank: bool = True
    quotes_only: bool = False

    @classmethod
    def of(cls, switches: Iterable[tuple[SwitchName, str]]) -> Mitigation:
        """Return what these switches come to; those that concern no stack are passed over."""
        values = dict(switches)
        return cls(
            model=values.get("model", ""),
            fallback=values.get("fallback", ""),
            passages=int(values.get("passages", "0")),
            rerank="rerank" not in values,
            quotes_only="quotes_only" in values,
        )

    @property
    def told(self) -> tuple[str, ...]:
        """What every answer made under it says of that, one word a switch."""
        words = (
            f"model={self.model}" if self.model else "",
            f"fallback={self.fallback}" if self.fallback else "",
            f"passages={self.passages}" if self.passages else "",
            "" if self.rerank else "rerank=off",
            "quotes_only=on" if self.quotes_only else "",
        )
        return tuple(SWITCHED + word for word in words if word)

    def limited(self, settings: Settings) -> Settings:
        """Return settings with less in them, never with more."""
        return settings.model_copy(
            update={
                "passages": min(settings.passages, self.passages or settings.passages),
                "rerank": settings.rerank and self.rerank,
            }
        )

    def chain(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return which models are asked in which order; none means answers by quotes.

        >>> Mitigation(model="b/2", fallback="off").chain(["a/1", "b/2"])
        ('b/2',)
        >>> Mitigation(fallback="1").chain(["a/1", "b/2"])
        ('b/2',)
        >>> Mitigation(model="c/3", fallback="1").chain(["a/1", "b/2"])
        ('c/3', 'b/2')
        """
        if self.quotes_only or not names:
            return ()
        is_off = self.fallback == "off"
        left = names if is_off else names[int(self.fallback or "0") :]
        pinned = (self.model,) if self.model else ()
        kept = (*pinned, *(name for name in left if name != self.model))
        return kept[:1] if is_off else kept

    def models(self, models: Models | None, settings: Settings) -> Models | None:
        """Return the models that are still asked; a service without models gets none by a switch."""
        if models is None:
            return None
        names = self.chain(models.writer.names)
        return models.asking(names, settings) if names else None


NO_MITIGATION = Mitigation()


def nothing_switched() -> Mitigation:
    """Return what holds where nobody can switch anything."""
    return NO_MITIGATION
