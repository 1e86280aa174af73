"""Files taken apart: what each dialect says becomes the same texts and adds up to the file's own balances."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from shared_apps.core.tables import Unusable
from tenant_apps.reconciliation.adapters import (
    TABLES,
    StatementFile,
    columns_of,
    read_statement,
    recognise,
)
from tenant_apps.reconciliation.models import BankAccount
from tenant_apps.reconciliation.operations.planning import plan_of
from tenant_apps.reconciliation.rules.accounts import account_of
from tenant_apps.reconciliation.rules.headers import guess_mapping
from tests.reconciliation.dialects import DIALECTS, Dialect
from tests.reconciliation.samples import IBAN, Move, camt


def read(content: str | bytes) -> StatementFile:
    content = content.encode() if isinstance(content, str) else content
    reading = recognise(content)
    if reading.format not in TABLES:
        return read_statement(content, reading)
    columns = columns_of(content, reading)
    return read_statement(content, reading, guess_mapping(columns.headers), columns.date_order)


@pytest.mark.parametrize("name", DIALECTS)
def test_each_dialect_is_read_and_adds_up(name: str) -> None:
    dialect: Dialect = DIALECTS[name]

    file = read(dialect.content)
    account = BankAccount(iban=dialect.iban, currency=dialect.currency, name="x")
    accounts = [account_of(part, [account], None) for part in file.parts]
    plan = plan_of(file, accounts, [account])

    entries = [one.entry for one in plan.entries if one.entry]
    assert accounts == [account] * len(file.parts)
    assert [one.problem for one in plan.entries if one.problem] == []
    assert [(str(one.amount), one.booked_on.isoformat()) for one in entries] == dialect.amounts
    told = entries[0]
    assert (told.payer_name, told.payer_iban, told.text, told.end_to_end_id) == dialect.first
    agrees = None if dialect.balance is None else Decimal("0.00")
    assert plan.differences == [agrees] * len(file.parts)
    assert file.parts[-1].closing == (None if dialect.balance is None else Decimal(dialect.balance))


def test_a_batch_is_as_many_entries_as_it_has_transfers() -> None:
    details = (
        "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>"
        + "".join(
            f"<TxDtls><Refs><EndToEndId>{ref}</EndToEndId></Refs><AmtDtls><TxAmt>"
            f'<Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>'
            f"<RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls>"
            for ref, amount, name in (("A", "70.00", "Алфа"), ("B", "50.00", "Бета"))
        )
        + "</NtryDtls>"
    )

    file = read(camt([Move("120.00", more=details)]))

    assert [(one.place, one.texts["amount"], one.texts["payer_name"]) for one in file.entries] == [
        ("1.1", "70.00", "Алфа"),
        ("1.2", "50.00", "Бета"),
    ]


def test_a_batch_that_does_not_add_up_stays_one_entry() -> None:
    details = (
        '<NtryDtls><TxDtls><Amt Ccy="EUR">70.00</Amt><RmtInf><Ustrd>едно</Ustrd></RmtInf></TxDtls>'
        '<TxDtls><Amt Ccy="EUR">49.00</Amt><RmtInf><Ustrd>две</Ustrd></RmtInf></TxDtls></NtryDtls>'
    )

    file = read(camt([Move("120.00", more=details)]))

    assert [(one.texts["amount"], one.texts["text"]) for one in file.entries] == [("120.00", "едно две")]


def test_a_structured_reference_is_read_with_the_rest() -> None:
    details = (
        "<NtryDtls><TxDtls><RmtInf><Ustrd>плащане</Ustrd><Strd><RfrdDocInf><Nb>0000000012</Nb></RfrdDocInf>"
        "<CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>"
    )

    (entry,) = read(camt([Move("120.00", more=details)])).entries

    assert entry.texts["text"] == "плащане RF18539007547034 0000000012"


@pytest.mark.parametrize("called", ["Fee", "Такса"])
def test_a_fee_is_called_as_its_file_calls_it_whoever_reads_it(called: str) -> None:
    rows = f"Date,Description,Amount,{called}\n2026-11-03,Card,-5.00,0.50\n"

    for language in ("bg", "en"):
        with override(language):
            assert [one.texts["text"] for one in read(rows).entries] == ["Card", f"{called}: Card"]


def test_the_other_side_is_never_ourselves() -> None:
    details = (
        "<NtryDtls><TxDtls><RltdPties>"
        f"<Dbtr><Nm>Ние</Nm></Dbtr><DbtrAcct><Id><IBAN>{IBAN}</IBAN></Id></DbtrAcct>"
        "<Cdtr><Nm>Те</Nm></Cdtr><CdtrAcct><Id><IBAN>BG95UNCR70001523456789</IBAN></Id></CdtrAcct>"
        "</RltdPties></TxDtls></NtryDtls>"
    )

    (entry,) = read(camt([Move("120.00", more=details)])).entries

    assert entry.texts["payer_name"] == "Те"


@pytest.mark.parametrize("kind", ["PRCD", "ITBD"])
def test_a_page_of_a_statement_opens_with_what_stands_for_its_balance(kind: str) -> None:
    file = read(camt([Move("5.00")]).replace("<Cd>OPBD</Cd>", f"<Cd>{kind}</Cd>"))

    assert (file.parts[0].opening, file.parts[0].closing) == (Decimal("1000.00"), Decimal("1005.00"))


def test_nothing_is_written_to_the_log_of_what_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    head = ":20:X\n:25:BG80BNBG96611020345678\n:28C:1\n:60F:C261101EUR1,00\n"
    secret = f"{head}:61:тайна\n:86:Иван Тайнов\n:62F:C261101EUR1,00\n"

    assert read(secret).entries[0].problem == ("text", "line")
    assert "тайна" not in caplog.text and "Тайнов" not in caplog.text


def test_more_entries_than_anybody_has_are_refused() -> None:
    many = camt([Move("1.00")]).replace("</Stmt>", "<Ntry/>" * 50_001 + "</Stmt>")

    with pytest.raises(Unusable):
        read(many)
