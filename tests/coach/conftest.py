"""What every test of the coach can ask for: databases, Redis, an operated API; started when asked for."""

from tests.support.databases import (
    database,
    database_url,
    postgres,
    postgres_with_tables,
    redis_url,
    sqlite_database,
    sqlite_template,
)
from tests.support.operated import operated_server, own_settings

__all__ = [
    "database",
    "database_url",
    "operated_server",
    "own_settings",
    "postgres",
    "postgres_with_tables",
    "redis_url",
    "sqlite_database",
    "sqlite_template",
]
