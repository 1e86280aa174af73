import pytest
import redis

from tenant_apps.integrations import adapters
from tenant_apps.integrations.adapters import RateLimit


class Shelf:
    """A counter that speaks the two commands that the limit uses."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}
        self.is_away = False
        self.asked = 0

    def pipeline(self, transaction: bool) -> "Shelf":
        return self

    def incrby(self, name: str, amount: int) -> "Shelf":
        self.asked += 1
        self.kept[name] = self.kept.get(name, 0) + amount
        self.name = name
        return self

    def expire(self, name: str, seconds: int) -> "Shelf":
        return self

    def execute(self) -> tuple[int, bool]:
        if self.is_away:
            raise redis.ConnectionError
        return self.kept[self.name], True


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()
    monkeypatch.setattr(adapters, "_redis", lambda: shelf)
    monkeypatch.setattr(adapters.time, "time", lambda: 1_000_000.0)
    return shelf


def test_the_limit_is_exact_over_all_processes(shelf: Shelf) -> None:
    one, other = RateLimit(3), RateLimit(3)
    answers = [
        one.seconds_to_wait("a"),
        other.seconds_to_wait("a"),
        one.seconds_to_wait("a"),
        other.seconds_to_wait("a"),
    ]
    assert answers == [0, 0, 0, 20]


def test_each_token_has_its_own_count(shelf: Shelf) -> None:
    limit = RateLimit(1)
    assert [limit.seconds_to_wait("a"), limit.seconds_to_wait("b"), limit.seconds_to_wait("a")] == [0, 0, 20]


def test_a_large_limit_asks_once_for_many_requests(shelf: Shelf) -> None:
    limit = RateLimit(2_000)
    assert sum(limit.seconds_to_wait("a") == 0 for _ in range(2_100)) == 2_000
    assert shelf.asked < 320


def test_the_next_minute_begins_anew(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = RateLimit(1)
    assert [limit.seconds_to_wait("a"), limit.seconds_to_wait("a")] == [0, 20]
    monkeypatch.setattr(adapters.time, "time", lambda: 1_000_020.0)
    assert limit.seconds_to_wait("a") == 0


def test_without_redis_everybody_passes(shelf: Shelf) -> None:
    shelf.is_away = True
    limit = RateLimit(1)
    assert [limit.seconds_to_wait("a") for _ in range(5)] == [0] * 5
