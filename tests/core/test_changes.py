from dataclasses import dataclass

from shared_apps.core.changes import KEEP, Keep, given


@dataclass(frozen=True)
class Change:
    name: str | None = None
    rate: int | Keep | None = KEEP


def test_only_what_differs_from_its_default_was_given() -> None:
    assert given(Change()) == {}
    assert given(Change(name=" Иван ")) == {"name": "Иван"}
    assert given(Change(name="", rate=None)) == {"name": "", "rate": None}
    assert given(Change(rate=0)) == {"rate": 0}
