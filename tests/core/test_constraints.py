import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from shared_apps.accounts.models import User
from shared_apps.core import clock
from shared_apps.core.constraints import violates


def _raised(message: str, sqlstate: str) -> DatabaseError:
    """The error as a distributed PostgreSQL passes it on: told in the message, with no field of its own."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '{sqlstate}'; END $$")
    return error.value


@pytest.mark.django_db
class TestWhichConstraint:
    def test_the_one_that_postgresql_names(self) -> None:
        User.objects.create(email="a@a.example", created_at=clock.now())
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            User.objects.create(email="a@a.example", created_at=clock.now())
        assert violates(error.value, "tenants_domain_domain_key", "accounts_user_email_key")
        assert not violates(error.value, "tenants_domain_domain_key")

    def test_the_one_that_arrives_with_the_number_of_a_shard(self) -> None:
        error = _raised('duplicate key value violates unique constraint "crm_once_102008"', "23505")
        assert violates(error, "crm_once")
        assert not violates(error, "crm")
        assert not violates(error, "once")

    @pytest.mark.parametrize("name", ["crm_once_more", "crm_once_more_102008", "not_crm_once"])
    def test_none_that_is_only_named_alike(self, name: str) -> None:
        error = _raised(f'duplicate key value violates unique constraint "{name}"', "23505")
        assert not violates(error, "crm_once")

    def test_none_when_the_error_is_of_another_kind(self) -> None:
        assert not violates(_raised('no permission for "crm_once"', "42501"), "crm_once")
        assert not violates(IntegrityError("made by hand: crm_once"), "crm_once")
