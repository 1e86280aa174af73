"""Many organizations, many threads, random doors: every answer holds what its door owes and nothing else."""

from contextlib import nullcontext
from typing import Any

import pytest

from tests.isolation.pooling import connections_shared
from tests.isolation.town import Crowd, build, patient

POOLED = pytest.mark.parametrize("pool", [0, 4], ids=["own connections", "pool"])


@pytest.fixture(autouse=True)
def _patient(committed_db: None) -> Any:
    with patient():
        yield


def connections_of(pool: int) -> Any:
    return connections_shared(pool) if pool else nullcontext()


@POOLED
def test_every_answer_is_its_own(pool: int) -> None:
    crowd = Crowd(build(4))
    with connections_of(pool):
        crowd.knock(160)
    assert crowd.wrong == []
    assert list(crowd.misplaced()) == []


@pytest.mark.soak
@POOLED
def test_while_processes_die_an_answer_is_right_or_an_error(
    pool: int, caplog: pytest.LogCaptureFixture
) -> None:
    crowd = Crowd(build(3), mischief=True)
    with connections_of(pool), caplog.at_level("CRITICAL"):
        crowd.knock(160)
    assert crowd.wrong == []
    assert list(crowd.misplaced()) == []


@pytest.mark.soak
def test_a_hundred_organizations_and_five_thousand_requests(caplog: pytest.LogCaptureFixture) -> None:
    """Four times as many, and more organizations, are asked by `deploy.bench.crosstalk`."""
    crowd = Crowd(build(100))
    with connections_shared(5):
        crowd.knock(4_000)
    crowd.knock(500)
    assert crowd.wrong == []
    crowd.mischief = True
    with caplog.at_level("CRITICAL"):
        crowd.knock(250)
        with connections_shared(5):
            crowd.knock(250)
    assert crowd.wrong == []
    assert list(crowd.misplaced()) == []
