"""The data directory's memory and its locks."""

import stat
import subprocess
from collections.abc import Iterator

import pytest

from deploy.embedded.console import CannotGoOn
from deploy.embedded.locking import FileLock, is_owned
from deploy.embedded.state import DataDirectory, fingerprint
from tests.product import eventually


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_secrets_are_readable_by_their_owner_alone(data: DataDirectory) -> None:
    data.secret_key()
    data.remember("broker", {"password": "x"})
    for name in ("secret_key", "state.json"):
        assert stat.S_IMODE((data.path / name).stat().st_mode) == 0o600


def test_the_secret_key_is_drawn_once(data: DataDirectory) -> None:
    assert len(data.secret_key()) >= 50
    assert data.secret_key() == DataDirectory.open(str(data.path)).secret_key()


def test_one_part_of_the_state_leaves_the_others_alone(data: DataDirectory) -> None:
    data.remember("broker", {"port": 1})
    data.remember("postgres", {"port": 2})
    data.remember("broker", {"port": 3})
    assert (data.recall("broker"), data.recall("postgres")) == ({"port": 3}, {"port": 2})


def test_a_damaged_state_is_told_in_a_sentence(data: DataDirectory) -> None:
    (data.path / "state.json").write_text("{")
    with pytest.raises(CannotGoOn, match="is damaged"):
        data.recall("broker")


def test_a_running_process_is_known_until_it_ends(
    data: DataDirectory, sleeper: "subprocess.Popen[bytes]"
) -> None:
    data.remember_process("worker", sleeper.pid)
    assert data.running_process("worker") == sleeper.pid
    sleeper.kill()
    sleeper.wait()
    assert data.running_process("worker") is None


def test_a_stranger_with_the_same_process_id_is_not_ours(
    data: DataDirectory, sleeper: "subprocess.Popen[bytes]"
) -> None:
    data.remember("processes", {"worker": {"pid": sleeper.pid, "fingerprint": "1 dramatiq config.worker"}})
    assert data.running_process("worker") is None
    assert eventually(lambda: "sleep 60" in (fingerprint(sleeper.pid) or ""))


def test_a_second_up_on_the_same_directory_is_refused_with_code_two(data: DataDirectory) -> None:
    data.remember("up", {"port": 8000})
    first = data.claim()
    with pytest.raises(CannotGoOn, match=r"already runs from .* on port 8000") as refusal:
        data.claim()
    assert refusal.value.exit_code == 2
    first.release()
    data.claim().release()


def test_sharers_keep_an_owner_out_but_not_each_other(data: DataDirectory) -> None:
    one, other, owner = (FileLock(data.users_lock) for _ in range(3))
    one.share()
    other.share()
    assert not owner.try_to_own()
    one.release()
    assert not owner.try_to_own()
    other.release()
    assert owner.try_to_own()
    assert is_owned(data.users_lock)
    owner.release()
    assert not is_owned(data.users_lock)
