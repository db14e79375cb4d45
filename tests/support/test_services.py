import pytest

from tests.support.services import give_up


def test_a_missing_server_skips_here_and_fails_in_ci() -> None:
    """The reason is shown either way; where CI=true a missing server is never passed over."""
    with pytest.raises(pytest.skip.Exception, match="no Redis: not installed"):
        give_up("Redis", "not installed", {})
    with pytest.raises(pytest.fail.Exception, match="no Redis: not installed"):
        give_up("Redis", "not installed", {"CI": "true"})
