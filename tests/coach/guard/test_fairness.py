import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import OverloadedError
from coach.guard.fairness import FairQueue


@dataclass
class Job:
    """A request of a simulation; `leave` ends it."""

    tenant: str
    weight: float
    admitted: threading.Event
    leave: threading.Event
    thread: threading.Thread


class Simulation:
    """Requests in threads, admitted one after the other: who is next is the queue's choice alone."""

    def __init__(self, slots: int) -> None:
        self.queue = FairQueue(slots)
        self.jobs: list[Job] = []

    def send(self, tenant: str, weight: float, share: float = 1.0) -> Job:
        """Start a request; return once it runs or waits."""
        before = self.queue.waiting + self.queue.running
        job = Job(tenant, weight, threading.Event(), threading.Event(), threading.Thread())

        def work() -> None:
            with self.queue.slot(tenant, weight, share=share):
                job.admitted.set()
                job.leave.wait()

        job.thread = threading.Thread(target=work)
        job.thread.start()
        while self.queue.waiting + self.queue.running == before:
            job.admitted.wait(1e-4)
        self.jobs.append(job)
        return job

    def serve(self, count: int) -> list[Job]:
        """Let so many requests run, one after the other, and return them in the order of their turns."""
        return [self._serve_next() for _ in range(count)]

    def _serve_next(self) -> Job:
        while True:
            for job in self.jobs:
                if not job.leave.is_set() and job.admitted.wait(1e-4):
                    job.leave.set()
                    job.thread.join()
                    return job

    def finish(self) -> None:
        for job in self.jobs:
            job.leave.set()
        for job in self.jobs:
            job.thread.join()


@contextmanager
def simulation(slots: int = 1) -> Iterator[Simulation]:
    """A simulation whose threads are all ended; nothing may be left in the queue then."""
    simulated = Simulation(slots)
    try:
        yield simulated
    finally:
        simulated.finish()
    assert (simulated.queue.running, simulated.queue.waiting) == (0, 0)
    assert simulated.queue._tenants == {}


def test_a_free_slot_is_taken_at_once() -> None:
    """Without contention nobody waits, and so many run as there are slots."""
    queue = FairQueue(3)
    with ExitStack() as held:
        for number in range(3):
            held.enter_context(queue.slot(f"t{number}"))
        assert queue.running == 3
        with pytest.raises(OverloadedError), queue.slot("late", timeout_s=0.01):
            pytest.fail("a fourth ran")
    assert (queue.running, queue.waiting) == (0, 0)


def test_a_heavy_tenant_waits_for_itself() -> None:
    """Ten large requests of one tenant, then one small of another: the small one is next."""
    with simulation() as simulated:
        for _ in range(10):
            simulated.send("heavy", 32_000)
        light = simulated.send("light", 2_000)
        assert simulated.serve(2)[1] is light


def test_sixteen_small_ones_are_worth_one_large() -> None:
    """Served tokens, not served requests, are what is shared."""
    with simulation() as simulated:
        for _ in range(4):
            simulated.send("large", 32_000)
        for _ in range(40):
            simulated.send("small", 2_000)
        turns = Counter(job.tenant for job in simulated.serve(18))
        assert turns == {"large": 2, "small": 16}


def test_requests_of_one_tenant_keep_their_order() -> None:
    """First come, first served within a tenant."""
    with simulation() as simulated:
        sent = [simulated.send("acme", weight) for weight in (5, 1, 9, 2)]
        assert simulated.serve(4) == sent


def test_a_pause_gives_no_credit() -> None:
    """Who comes back after others were served for long takes turns with them, without catching up."""
    with simulation() as simulated:
        for _ in range(20):
            simulated.send("busy", 1)
        simulated.serve(10)
        for _ in range(5):
            simulated.send("back", 1)
        turns = Counter(job.tenant for job in simulated.serve(8))
        assert abs(turns["busy"] - turns["back"]) <= 2


@given(
    shares=st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=2, max_size=3),
    weights=st.lists(st.floats(1, 10), min_size=5, max_size=5),
)
def test_served_weights_follow_the_shares(shares: list[float], weights: list[float]) -> None:
    """While all tenants wait, what each was served divided by its share differs by two requests at most."""
    queue = FairQueue(1)
    waiting = [[weights[(tenant + turn) % 5] for turn in range(60)] for tenant in range(len(shares))]
    served = [0.0] * len(shares)
    holder = queue._enter("holder", 1.0, 1.0)
    entered = [
        [(queue._enter(f"t{tenant}", weight, shares[tenant]), weight) for weight in row]
        for tenant, row in enumerate(waiting)
    ]
    queue._leave("holder", holder)
    for _ in range(30):
        [(tenant, (waiter, weight))] = [
            (tenant, row[0]) for tenant, row in enumerate(entered) if row[0][0].admitted.is_set()
        ]
        entered[tenant].pop(0)
        served[tenant] += weight
        queue._leave(f"t{tenant}", waiter)
        normal = [amount / share for amount, share in zip(served, shares, strict=True)]
        assert max(normal) - min(normal) <= 2 * max(weights)


@given(st.lists(st.floats(1, 1000), min_size=1, max_size=30))
def test_nobody_starves(heavy: list[float]) -> None:
    """However much one tenant sends, another one is served after at most one more request of it."""
    queue = FairQueue(1)
    waiters = [queue._enter("heavy", weight, 1.0) for weight in heavy]
    light = queue._enter("light", 1000.0, 0.001)
    turns = 0
    for waiter in waiters[:2]:
        if light.admitted.is_set():
            break
        assert waiter.admitted.is_set()
        queue._leave("heavy", waiter)
        turns += 1
    assert light.admitted.is_set()
    assert turns <= 2


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40), st.integers(1, 3))
def test_whoever_leaves_leaves_nothing(steps: list[tuple[str, bool]], slots: int) -> None:
    """In any order of coming, being served and giving up, slots and places add up, and none is lost."""
    queue = FairQueue(slots)
    inside: list[tuple[str, object]] = []
    for tenant, enters in steps:
        if enters or not inside:
            inside.append((tenant, queue._enter(tenant, 1.0, 1.0)))
        else:
            name, waiter = inside.pop(len(tenant) * 7 % len(inside))
            queue._leave(name, waiter)  # type: ignore[arg-type]
        assert queue.running == min(slots, len(inside))
        assert queue.waiting == len(inside) - queue.running
    for name, waiter in inside:
        queue._leave(name, waiter)  # type: ignore[arg-type]
    assert (queue.running, queue.waiting, queue._tenants) == (0, 0, {})


def test_giving_up_while_waiting_leaves_the_place_to_the_next() -> None:
    """A waiter whose time ran out is passed over, and the slot is whole afterwards."""
    queue = FairQueue(1)
    with queue.slot("a"):
        for tenant in ("a", "b"):
            with pytest.raises(OverloadedError) as failure, queue.slot(tenant, timeout_s=0.001):
                pytest.fail("it ran")
            assert failure.value.retryable
        assert queue.waiting == 0
    with queue.slot("b", timeout_s=0.001):
        assert queue.running == 1


def test_an_exception_gives_the_slot_back() -> None:
    """However the block ends."""
    queue = FairQueue(1)
    with suppress(KeyError), queue.slot("a"):
        raise KeyError
    assert queue.running == 0


def test_too_many_waiters_are_refused_at_once() -> None:
    """The queue is bounded; who is refused leaves nothing behind."""
    queue = FairQueue(1, max_waiting=0)
    with queue.slot("a"):
        with pytest.raises(OverloadedError, match="waiting"), queue.slot("b"):
            pytest.fail("it ran")
        assert queue.waiting == 0
    with queue.slot("b"):
        pass


@pytest.mark.parametrize(("weight", "share"), [(0, 1), (-1, 1), (1, 0), (float("nan"), 1)])
def test_weights_and_shares_are_above_zero(weight: float, share: float) -> None:
    """A weight of nothing would never let anybody else in."""
    with pytest.raises(ValueError, match="weight"), FairQueue(1).slot("a", weight, share=share):
        pytest.fail("it ran")


def test_many_threads_lose_no_slot() -> None:
    """Under contention with timeouts, never more run than there are slots, and all come back."""
    queue, running, most = FairQueue(2), Counter[str](), [0]
    lock = threading.Lock()

    def work(number: int) -> None:
        for _ in range(30):
            with suppress(OverloadedError), queue.slot(f"t{number % 3}", number + 1, timeout_s=0.001):
                with lock:
                    running["now"] += 1
                    most[0] = max(most[0], running["now"])
                with lock:
                    running["now"] -= 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] <= 2
    assert (queue.running, queue.waiting, queue._tenants) == (0, 0, {})
