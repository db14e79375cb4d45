"""Databases and Redis for every test of the coach that asks for them; servers start when first asked for."""

from tests.support.databases import (
    database,
    database_url,
    postgres,
    postgres_with_tables,
    redis_url,
    sqlite_database,
    sqlite_template,
)

__all__ = [
    "database",
    "database_url",
    "postgres",
    "postgres_with_tables",
    "redis_url",
    "sqlite_database",
    "sqlite_template",
]
