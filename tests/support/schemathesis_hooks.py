"""What the contract tests know of the API that no schema can say."""

from __future__ import annotations

import re
import secrets
from typing import Any

import schemathesis

KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Give each request a key of its own: the same one with another body is refused, as it should be."""
    del context, kwargs
    if re.fullmatch(r"[\x21-\x7e]{1,255}", str((case.headers or {}).get(KEY, ""))):
        case.headers[KEY] = secrets.token_hex(8)
