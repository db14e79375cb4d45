"""What the contract tests know of the API that no schema can say."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import schemathesis
import schemathesis.openapi
from hypothesis import strategies

KEY = "Idempotency-Key"
DATE = re.compile(r"\d{4}-\d\d-\d\d")

schemathesis.openapi.format("time-zone", strategies.sampled_from(sorted(available_timezones())))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Put right what depends on the day and on what the handbook holds, and give each request its own key.

    The same key with another body is refused, as it should be.
    """
    del context, kwargs
    body = case.body if isinstance(case.body, dict) else {}
    if case.operation.path == "/v1/practice/plans" and DATE.fullmatch(str(body.get("until"))):
        body["until"] = str((datetime.now(UTC) + timedelta(days=7)).date())
    if case.operation.path == "/v1/practice/interviews" and body.get("level") == "junior":
        body["level"] = "senior"  # the handbook of these tests has nothing for juniors
    if re.fullmatch(r"[\x21-\x7e]{1,255}", str((case.headers or {}).get(KEY, ""))):
        case.headers[KEY] = secrets.token_hex(8)
