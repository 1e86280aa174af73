"""Bank statements on their way in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from shared_apps.core.actors import Actor
from tenant_apps.reconciliation.models import BankAccount, BankLine, Statement
from tenant_apps.reconciliation.operations import (
    AccountInput,
    create_bank_account,
    import_statement,
    rehearse_statement,
    undo_statement,
    upload_statement,
)
from tenants.context import OrganizationRef

IBAN = "BG80BNBG96611020345678"
OTHER_IBAN = "BG18RZBB91550123456789"
PAYER_IBAN = "BG95UNCR70001523456789"


@dataclass
class Till:
    """One who brings in statements, through the operations; everything happens in alpha."""

    owner: Actor
    at: datetime
    run_jobs: Callable[[], list[str]]

    def account(self, iban: str = IBAN, currency: str = "EUR", name: str = "Разплащателна") -> BankAccount:
        return create_bank_account(
            account=AccountInput(name=name, iban=iban, currency=currency), by=self.owner, at=self.at
        )

    def upload(self, content: str | bytes, name: str = "statement.xml", **more: Any) -> Statement:
        """The statement of a file, as it arrives."""
        content = content.encode() if isinstance(content, str) else content
        return upload_statement(name=name, content=content, by=self.owner, at=self.at, **more)

    def rehearsed(self, content: str | bytes, name: str = "statement.xml", **more: Any) -> Statement:
        statement = self.upload(content, name, **more)
        rehearse_statement(statement_id=statement.pk, by=self.owner, at=self.at)
        self.run_jobs()
        statement.refresh_from_db()
        return statement

    def imported(self, content: str | bytes, name: str = "statement.xml", **more: Any) -> Statement:
        """The statement of a file, imported."""
        statement = self.rehearsed(content, name, **more)
        assert statement.state == "rehearsed", statement.problem
        import_statement(statement_id=statement.pk, by=self.owner, at=self.at)
        self.run_jobs()
        statement.refresh_from_db()
        assert statement.state == "imported", statement.problem
        return statement

    def taken_back(self, statement: Statement, reason: str = "Грешен файл") -> Statement:
        undo_statement(statement_id=statement.pk, reason=reason, by=self.owner, at=self.at)
        self.run_jobs()
        statement.refresh_from_db()
        return statement

    @staticmethod
    def lines() -> list[BankLine]:
        return list(BankLine.objects.select_related("payment").order_by("booked_on", "id"))


@pytest.fixture
def till(
    in_alpha: OrganizationRef, owner: Actor, at: datetime, run_jobs: Callable[[], list[str]]
) -> Iterator[Till]:
    yield Till(owner, at, run_jobs)
