"""Whatever breaks, and at whichever statement: an error or the right answer, never another's row; nothing is
half done; and the same thread's next request is right again.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import OperationalError, connection

from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Company
from tenants.context import in_organization
from tenants.hosts import host_of
from tests.isolation.pooling import connections_shared
from tests.isolation.town import Answer, House, ask, build, kill_process, patient

STATEMENTS = range(1, 40)
KINDS = ["refused", "cut", "late"]


@pytest.fixture
def houses(committed_db: None, caplog: pytest.LogCaptureFixture) -> Iterator[list[House]]:
    """Two organizations, in whose answers the marks of their own are looked for."""
    with patient(), caplog.at_level("CRITICAL"):
        yield build(2)
        connection.close()


class Fault:
    """Breaks the statement with this number, and no other."""

    def __init__(self, number: int, kind: str) -> None:
        self.left, self.kind, self.has_struck = number, kind, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.left -= 1
        if self.left == 0:
            self.has_struck = True
            sql, params = getattr(self, self.kind)(sql, params)
        return execute(sql, params, many, context)

    def refused(self, sql: str, params: Any) -> Any:
        raise OperationalError("refused, on purpose")

    def cut(self, sql: str, params: Any) -> Any:
        kill_process(connection.connection.info.backend_pid)
        return sql, params

    def late(self, sql: str, params: Any) -> Any:
        """The server gives the statement up, as it does after `statement_timeout`."""
        return "DO $$ BEGIN RAISE EXCEPTION 'late, on purpose' USING ERRCODE = 'query_canceled'; END $$", None


def stand_in(house: House) -> None:
    """Leave the thread's connection in this organization."""
    with in_organization(house.organization):
        assert Company.objects.exists()


def read(house: House) -> Answer:
    return ask(host_of(house.name), "/api/v1/companies/", token=house.token)


def look(house: House) -> Answer:
    return ask(host_of(house.name), "/companies/", cookie=house.cookie)


def write(house: House, word: str) -> Answer:
    return ask(
        host_of(house.name),
        "/api/v1/companies/",
        token=house.token,
        body={"name": f"Белег-{house.name} {word}"},
        idempotency_key=f"key-{word}",
    )


def at_length(*values: Any) -> Any:
    return pytest.param(*values, marks=pytest.mark.soak)


READS = [(read, "cut"), *(at_length(*one) for one in product([read, look], KINDS) if one != (read, "cut"))]


@pytest.mark.parametrize(("request_of", "kind"), READS)
def test_a_read_that_breaks_anywhere_shows_nobody_else_s_rows(
    houses: list[House], request_of: Any, kind: str
) -> None:
    ours, theirs = houses
    for number in STATEMENTS:
        stand_in(theirs)
        fault = Fault(number, kind)
        with connection.execute_wrapper(fault):
            answer = request_of(ours)
        assert answer.status >= 500 or answer.marks == {ours.name}, number
        assert answer.marks <= {ours.name}, number
        again = request_of(ours)
        assert (again.status, again.marks) == (200, {ours.name}), number
        if not fault.has_struck:
            return
    raise AssertionError("The request never came to its end.")


@pytest.mark.parametrize("kind", ["refused", *map(at_length, ["cut", "late"])])
def test_a_write_that_breaks_anywhere_is_whole_or_nothing_and_can_be_repeated(
    houses: list[House], kind: str
) -> None:
    ours, theirs = houses
    for number in STATEMENTS:
        stand_in(theirs)
        fault, word = Fault(number, kind), f"{kind}{number}"
        with connection.execute_wrapper(fault):
            first = write(ours, word)
        assert first.status in {201, 500, 503}, (number, first)
        assert is_whole_or_nothing(ours, word), number
        again = write(ours, word)
        assert (again.status, again.marks) == (201, {ours.name}), (number, again)
        assert written(ours, word) == (1, 1), number
        assert written(theirs, word) == (0, 0)
        if not fault.has_struck:
            return
    raise AssertionError("The request never came to its end.")


def written(house: House, word: str) -> tuple[int, int]:
    """How many companies with this word are there, and how many events about one."""
    with in_organization(house.organization):
        companies = Company.objects.filter(name__endswith=f" {word}").values_list("id", flat=True)
        return len(companies), Event.objects.filter(subject_id__in=list(companies)).count()


def is_whole_or_nothing(house: House, word: str) -> bool:
    return written(house, word) in {(0, 0), (1, 1)}


def test_a_connection_that_is_cut_in_a_pool_is_replaced(houses: list[House]) -> None:
    ours, theirs = houses
    with connections_shared(1):
        for number in range(1, 8):
            assert read(theirs).marks == {theirs.name}
            with connection.execute_wrapper(Fault(number, "cut")):
                answer = read(ours)
            assert answer.marks <= {ours.name}
            assert read(ours).marks == {ours.name}


def test_a_schema_that_is_gone_is_an_error_and_not_the_public_one(houses: list[House]) -> None:
    ours, theirs = houses
    assert read(theirs).marks == {theirs.name}
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER SCHEMA "{ours.organization.schema_name}" RENAME TO "t_elsewhere"')
    for answer in (read(ours), look(ours)):
        assert answer.status in {404, 500}
        assert answer.marks == set()
    assert read(theirs).marks == {theirs.name}
