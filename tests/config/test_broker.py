"""What the broker adds to dramatiq: a worker that is told to stop is patient, but not for ever."""

import threading
import time
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Shutdown

from config import broker as ours
from shared_apps.jobs.actors import TIME_LIMIT_MS
from shared_apps.jobs.operations.dispatching import ACTORS
from shared_apps.jobs.registry import Queue


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setattr(ours, "GRACE_SECONDS", 0.3)
    broker = StubBroker(middleware=[ours.ShutdownAfterGrace()])
    broker.emit_after("process_boot")
    started = Worker(broker, worker_timeout=50, worker_threads=1)
    started.start()
    yield started
    broker.close()


@pytest.mark.parametrize(("seconds", "end"), [(0.1, "done"), (30.0, "interrupted")])
def test_jobs_may_end_for_a_while_and_are_then_interrupted(worker: Worker, seconds: float, end: str) -> None:
    begun, ended = threading.Event(), []

    def work() -> None:
        begun.set()
        try:
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                time.sleep(0.01)
            ended.append("done")
        except Shutdown:
            ended.append("interrupted")

    actor = dramatiq.actor(work, broker=worker.broker, notify_shutdown=True)
    actor.send()
    assert begun.wait(10)
    worker.stop(timeout=10_000)
    assert ended == [end]


def test_the_broker_knows_one_actor_for_each_queue() -> None:
    broker = dramatiq.get_broker()
    for queue, name in ACTORS.items():
        actor = broker.get_actor(name)
        assert actor.queue_name == queue
        assert actor.options["max_retries"] is None, "a job's own failures wait in the outbox"
        assert (actor.options["time_limit"], actor.options["notify_shutdown"]) == (TIME_LIMIT_MS, True)
    prompt, patient = (broker.get_actor(ACTORS[queue]) for queue in (Queue.PROMPT, Queue.PATIENT))
    assert prompt.priority < patient.priority


def test_a_queue_that_was_empty_is_looked_at_again_soon() -> None:
    """Each job leaves its organization's place to the next only when it is done."""
    broker = dramatiq.get_broker()
    assert isinstance(broker, RedisBroker)
    assert broker.consume("prompt", timeout=1_000).timeout == ours.IDLE_MS
    assert broker.consume("prompt.DQ", timeout=1_000).timeout == 1_000
