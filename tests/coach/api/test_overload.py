"""More questions than can be worked on: some wait, the rest is refused at once and told to come again."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from coach.models.assemble import assemble
from coach.models.contract import Request
from coach.models.fake import FakeModel, says
from coach.settings import Settings
from tests.coach.test_writing import REPLY, STAMPEDE
from tests.support.operated import operated


def test_who_comes_when_the_queue_is_full_is_refused_at_once(own_settings: Settings) -> None:
    """One question is worked on, one waits, the third gets 503 while they do; both are answered."""
    begun, go_on = threading.Event(), threading.Event()

    def reply(_: Request) -> str:
        begun.set()
        go_on.wait()
        return REPLY

    model = FakeModel(always=says(reply))
    settings = own_settings.model_copy(update={"api_threads": 1, "api_waiting": 1})
    models = assemble([model], settings, model.clock)
    with operated(settings, models=models) as live, live.http() as http, ThreadPoolExecutor(2) as crowd:

        def ask(number: int) -> int:
            return http.post("/v1/answers", json={"question": f"{STAMPEDE} {number}"}).status_code

        try:
            first = crowd.submit(ask, 1)
            assert begun.wait(60)
            second = crowd.submit(ask, 2)
            while live.services.queue.waiting < 1:
                assert not second.done()
                time.sleep(0.01)
            refused = http.post("/v1/answers", json={"question": f"{STAMPEDE} 3"})
        finally:
            go_on.set()
        assert (first.result(), second.result()) == (200, 200)
    assert (refused.status_code, refused.json()["type"]) == (503, "/errors/overloaded")
    assert int(refused.headers["retry-after"]) >= 1
    assert json.loads(refused.text)["retryable"]
