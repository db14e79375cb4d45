"""The "it" that stands for nothing that was talked about: "is it worth adding a cache?"."""

from __future__ import annotations

import re

_JUDGED = r"""(?: better | best | good | bad | worse | wise | smart | sensible | reasonable | ok(?:ay)? | fine
    | safer? | (?:im)?possible | feasible | necessary | important | essential | critical | useful | helpful
    | common | normal | typical | usual | easy | easier | hard | harder | difficult | cheap | cheaper
    | expensive | enough | advisable | acceptable | allowed | legal | ethical | fair | right | wrong | true
    | risky | dangerous | realistic | practical | time
    | (?:an?\ )?(?:\w+\ )?(?:idea|practice|mistake|problem) )"""
# Behind a verb these are no object of it, and the thing that is done is then "it".
_NO_OBJECT = r"""(?: for | in | with | without | on | at | under | during | after | before | from | by | as
    | within | across | against | over | about | up | out | down | back | off | to | of | or | and | if | when
    | while | than | now | well | again | first | too | here | alone | \w+ly | it | them | this | that )\b"""
_SOMETHING = rf"(?:\ (?:up|out|down|back|off))?\ (?!{_NO_OBJECT})\w"
_TO_DO_SOMETHING = rf"(?:\ for(?:\ [\w'’-]+){{1,4}})?\ to\ [\w-]+{_SOMETHING}"
_EXPLETIVE = re.compile(
    rf"""(?: (?<=\bis\ )it(?: {_TO_DO_SOMETHING} | \ that\ (?:an?|the|our|your|\w+s)\ )
      | it (?:['’]s|\ is|\ was|\ would|\ will|\ can|\ could)? (?:\ be)?
        (?:\ (?:not|still|ever|even|really|also|more|always|often|usually|generally|just))?
        (?: \ worth\ [\w-]+ing{_SOMETHING}
          | \ {_JUDGED}(?: {_TO_DO_SOMETHING} | \ (?:that|whether|if)\ \w )
          | \ (?:take|took|cost|mean)s?(?:\ [\w-]+){{0,4}}?{_TO_DO_SOMETHING}
          | \ (?:make|made)s?\ (?:\w+\ )?sense{_TO_DO_SOMETHING}
          | \ likely\ that\ \w
          | \ matters?\ (?:whether|if|how|which|what|who|when|that)\ \w
          | \ pays?(?:\ off)?{_TO_DO_SOMETHING} ) )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_expletive(text: str, start: int) -> bool:
    """Return whether the word that begins at `start` only holds the place of what follows.

    >>> is_expletive("Is it worth adding a cache?", 3), is_expletive("Is it worth the money?", 3)
    (True, False)
    """
    return _EXPLETIVE.match(text, start) is not None
