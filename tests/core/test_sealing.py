from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.sealing import CannotBeOpened, seal, unseal

ALPHA, BETA = uuid4(), uuid4()


@given(st.text())
def test_what_is_sealed_opens_for_its_owner(text: str) -> None:
    assert unseal(seal(text, owner=ALPHA), owner=ALPHA) == text


def test_a_sealed_text_shows_nothing_of_itself() -> None:
    first, second = seal("sk_test_1234567890", owner=ALPHA), seal("sk_test_1234567890", owner=ALPHA)
    assert first != second
    assert "1234567890" not in first


def test_it_does_not_open_for_another_organization() -> None:
    with pytest.raises(CannotBeOpened):
        unseal(seal("a secret", owner=ALPHA), owner=BETA)


@pytest.mark.parametrize("broken", ["", "nonsense", "gAAAAA" + "A" * 100])
def test_what_nobody_sealed_does_not_open(broken: str) -> None:
    with pytest.raises(CannotBeOpened):
        unseal(broken, owner=ALPHA)


def test_a_new_key_in_front_opens_what_the_old_one_sealed(settings) -> None:
    settings.SEALING_KEYS = ["the old key"]
    sealed = seal("a secret", owner=ALPHA)
    settings.SEALING_KEYS = ["the new key", "the old key"]
    assert unseal(sealed, owner=ALPHA) == "a secret"
    settings.SEALING_KEYS = ["the new key"]
    with pytest.raises(CannotBeOpened):
        unseal(sealed, owner=ALPHA)
