"""Who works on the command line, and the parts that operators' commands share."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.operate.administration import Administration
    from coach.settings import Settings
    from coach.store.database import Database

_NAME_CHARS = 60


def actor() -> str:
    """Return how the audit log names whoever runs this command: their name on this machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container without a list of users
        name = str(os.getuid())
    return f"cli:{name[:_NAME_CHARS]}"


def administration(database: Database, settings: Settings) -> Administration:
    """Return the means to make keys and choose stacks in the name of whoever runs this command."""
    from coach.guard.keys import KeyStore
    from coach.operate.administration import Administration
    from coach.stack import StackStore

    stacks = StackStore(settings.data_dir, settings.collection)
    return Administration(database, KeyStore(database), stacks, actor=actor())
