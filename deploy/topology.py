"""The parts of the whole stack on loopback: what is started, where, and with which settings."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from coach.errors import SettingsError
from deploy.passwords import Passwords
from deploy.postgres import DATABASE, USER, PostgresFolder, unprivileged_user
from deploy.probes import http_answers, postgres_answers, redis_answers
from deploy.process import Part
from deploy.programs import Programs

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[1]


class Ports(NamedTuple):
    """Where the parts listen; all on loopback."""

    front: int
    api_1: int
    api_2: int
    page: int
    qdrant: int
    qdrant_grpc: int
    postgres: int
    redis: int


def choose_ports(port: int, page_port: int) -> Ports:
    """Return the ports: those of the API are `port` and the two behind it, the rest are free ones; 0: any.

    Raises:
        SettingsError: One of the wanted ports is taken.
    """
    from coach.api.server import bind

    of_api = (port, port + 1, port + 2) if port else (0, 0, 0)
    with ExitStack() as held:  # all at once, so that no free one is handed out twice
        try:
            listeners = [held.enter_context(bind(HOST, one)) for one in (*of_api, page_port, 0, 0, 0, 0)]
        except SettingsError as error:
            hint = "Stop what listens there, or name others with --port and --page-port; 0 takes free ones."
            raise SettingsError(str(error), hint=hint) from error
        return Ports(*(int(listener.getsockname()[1]) for listener in listeners))


class Topology:
    """Says how each part is started; starts nothing.

    Args:
        folder: Keeps the data of all parts, their logs and the passwords that they use among each other.
        settings: `COACH_*` variables for the product, on top of the environment.
    """

    def __init__(
        self, folder: Path, programs: Programs, ports: Ports, settings: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder.absolute()
        self._programs = programs
        self._ports = ports
        self._settings = dict(settings or {})
        self.passwords = Passwords.of(self._folder)
        self.postgres_folder = PostgresFolder(
            self._folder / "postgres", programs.postgres, unprivileged_user()
        )

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which the product uses these parts; holds passwords."""
        ports, words = self._ports, self.passwords
        return {
            "COACH_DATA_DIR": str(self._folder / "coach"),
            "COACH_QDRANT_URL": f"http://{HOST}:{ports.qdrant}",
            "COACH_QDRANT_API_KEY": words.qdrant,
            "COACH_DATABASE_URL": f"postgresql://{USER}:{words.postgres}@{HOST}:{ports.postgres}/{DATABASE}",
            "COACH_REDIS_URL": f"redis://:{words.redis}@{HOST}:{ports.redis}/0",
            **self._settings,
        }

    @property
    def api_addresses(self) -> tuple[str, str]:
        """Both processes of the API."""
        return _url(self._ports.api_1), _url(self._ports.api_2)

    @property
    def front_address(self) -> str:
        """Where clients go: to what spreads requests, or to the first process if nothing does."""
        return _url(self._ports.front) if self._programs.caddy else self.api_addresses[0]

    def stores(self) -> tuple[Part, ...]:
        """Return Qdrant, PostgreSQL and Redis; the folders in which they start are made."""
        for name in ("qdrant", "redis"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        return self._qdrant(), self._postgres(), self._redis()

    def faces(self) -> tuple[Part, ...]:
        """Return both API processes, what spreads requests over them if it is installed, and the page."""
        apis = [self._api(f"api-{number}", url) for number, url in enumerate(self.api_addresses, start=1)]
        return (*apis, *([self._caddy(self._programs.caddy)] if self._programs.caddy else []), self._page())

    def log(self, name: str) -> Path:
        """Return the file that keeps what a part said."""
        return self._folder / "logs" / f"{name.lower()}.log"

    def _qdrant(self) -> Part:
        address = _url(self._ports.qdrant)
        settings = {
            "SERVICE__HOST": HOST,
            "SERVICE__HTTP_PORT": str(self._ports.qdrant),
            "SERVICE__GRPC_PORT": str(self._ports.qdrant_grpc),
            "SERVICE__API_KEY": self.passwords.qdrant,
            "STORAGE__STORAGE_PATH": str(self._folder / "qdrant" / "storage"),
            "STORAGE__SNAPSHOTS_PATH": str(self._folder / "qdrant" / "snapshots"),
            "LOG_LEVEL": "WARN",
        }
        return Part(
            "Qdrant",
            address,
            (str(self._programs.qdrant), "--disable-telemetry"),
            partial(http_answers, f"{address}/readyz"),
            self.log("Qdrant"),
            {f"QDRANT__{name}": value for name, value in settings.items()},
            folder=self._folder / "qdrant",
        )

    def _postgres(self) -> Part:
        return Part(
            "PostgreSQL",
            f"postgresql://{HOST}:{self._ports.postgres}",
            self.postgres_folder.command(HOST, self._ports.postgres),
            partial(postgres_answers, self.environment["COACH_DATABASE_URL"]),
            self.log("PostgreSQL"),
            stop_signal=signal.SIGINT,  # ends sessions; SIGTERM would wait until each of them has gone
            user=self.postgres_folder.user,
            folder=self.postgres_folder.folder,
        )

    def _redis(self) -> Part:
        options = {
            "bind": HOST,
            "port": self._ports.redis,
            "dir": self._folder / "redis",
            "requirepass": self.passwords.redis,
            "appendonly": "yes",
            "save": '""',
        }
        return Part(
            "Redis",
            f"redis://{HOST}:{self._ports.redis}",
            (str(self._programs.redis), "-"),
            partial(redis_answers, self.environment["COACH_REDIS_URL"]),
            self.log("Redis"),
            given="".join(f"{name} {value}\n" for name, value in options.items()),  # no password in arguments
        )

    def _api(self, name: str, address: str) -> Part:
        port = address.rpartition(":")[2]
        command = (sys.executable, "-m", "coach.cli", "serve", "--host", HOST, "--port", port)
        ready = partial(http_answers, f"{address}/readyz")
        return Part(name, address, command, ready, self.log(name), self.environment)

    def _caddy(self, program: Path) -> Part:
        address, config = self.front_address, ROOT / "deploy" / "Caddyfile"
        variables = {
            "SITE_ADDRESS": f":{self._ports.front}",
            "LISTEN_HOST": HOST,
            "API_UPSTREAMS": " ".join(one.removeprefix("http://") for one in self.api_addresses),
            "XDG_DATA_HOME": str(self._folder / "caddy"),
            "XDG_CONFIG_HOME": str(self._folder / "caddy"),
        }
        command = (str(program), "run", "--adapter", "caddyfile", "--config", str(config))
        ready = partial(http_answers, f"{address}/readyz")
        return Part("Caddy", address, command, ready, self.log("Caddy"), variables)

    def _page(self) -> Part:
        address = _url(self._ports.page)
        options = ("--server.port", str(self._ports.page), "--server.address", HOST)
        command = (sys.executable, "-m", "streamlit", "run", str(ROOT / "ui" / "app.py"), *options)
        ready = partial(http_answers, f"{address}/_stcore/health")
        return Part("page", address, command, ready, self.log("page"), {"COACH_API_URL": self.front_address})


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"
