"""A real server: what it has to be told, or it does not start."""

import os
import subprocess
import sys

import pytest

TOLD = {
    "SECRET_KEY": "x",
    "SEALING_KEYS": "first,second",
    "DATABASE_URL": "postgres://a:b@localhost/c",
    "REDIS_URL": "redis://localhost",
}


def start_with(told: dict[str, str]) -> subprocess.CompletedProcess[str]:
    asked = "from django.conf import settings as s; print(s.SEALING_KEYS)"
    around = {name: value for name, value in os.environ.items() if name not in TOLD}
    told = around | told | {"DJANGO_SETTINGS_MODULE": "config.settings.prod"}
    return subprocess.run(
        [sys.executable, "-c", asked], env=told, capture_output=True, text=True, check=False
    )


def test_it_starts_with_everything_that_is_secret() -> None:
    assert start_with(TOLD).stdout.strip() == "['first', 'second']"


@pytest.mark.parametrize("missing", sorted(TOLD))
def test_without_one_it_does_not(missing: str) -> None:
    answer = start_with({name: value for name, value in TOLD.items() if name != missing})
    assert answer.returncode == 1 and missing in answer.stderr
