"""PostgreSQL's folder: made once, by an unprivileged user, with a password."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from coach.errors import SettingsError
from deploy.passwords import write_private
from deploy.process import rights_of

USER = "coach"
DATABASE = "postgres"
_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class PostgresFolder:
    """Where one server keeps its data.

    Attributes:
        folder: Ours to hand over to `user`; the data lie below it.
        programs: Folder of `initdb` and `postgres`.
        user: Whose rights the server has; empty means ours.
    """

    folder: Path
    programs: Path
    user: str

    @property
    def data(self) -> Path:
        """What `postgres -D` wants."""
        return self.folder / "data"

    def initialise(self, password: str) -> None:
        """Make the folder, unless it was made before.

        Raises:
            SettingsError: It cannot be made.
        """
        if (self.data / "PG_VERSION").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        password_file = self.folder / "password"
        write_private(password_file, password)
        if self.user:
            shutil.chown(self.folder, self.user)
            shutil.chown(password_file, self.user)
        options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", f"--pwfile={password_file}")
        made = subprocess.run(
            (str(self.programs / "initdb"), "--pgdata", str(self.data), f"--username={USER}", *options),
            cwd=self.folder,
            capture_output=True,
            check=False,
            **rights_of(self.user),
        )
        password_file.unlink()
        if made.returncode:
            said = made.stderr.decode(errors="replace").strip().splitlines()
            raise SettingsError(
                f"initdb cannot make {str(self.data)!r}: {said[-1] if said else made.returncode}",
                hint=f"User {self.user!r} must be able to reach that folder; --data names another one.",
            )

    def command(self, host: str, port: int) -> tuple[str, ...]:
        """Return the command that serves the folder on an address of this machine."""
        options = ("-c", f"listen_addresses={host}", "-c", "max_connections=200")
        program = str(self.programs / "postgres")
        return (program, "-D", str(self.data), "-p", str(port), "-k", "", *options)


def unprivileged_user() -> str:
    """Return whose rights PostgreSQL gets, which refuses root's; empty if we have none to drop."""
    if os.geteuid() != 0:
        return ""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)
