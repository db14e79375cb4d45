"""Whether something that listens on an address can be used yet; what is not there is an answer, no error."""

from __future__ import annotations

TIMEOUT_S = 5.0
_OK = 200


def http_answers(url: str) -> bool:
    """Return whether a page is served with status 200."""
    import httpx

    try:
        return httpx.get(url, timeout=TIMEOUT_S, trust_env=False).status_code == _OK
    except httpx.TransportError:
        return False


def postgres_answers(url: str) -> bool:
    """Return whether PostgreSQL lets us in."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=round(TIMEOUT_S)).close()
    except psycopg.OperationalError:
        return False
    return True


def redis_answers(url: str) -> bool:
    """Return whether Redis lets us in and has read what it keeps."""
    import redis

    try:
        with redis.Redis.from_url(url, socket_timeout=TIMEOUT_S) as opened:
            return bool(opened.ping())
    except redis.RedisError:
        return False
