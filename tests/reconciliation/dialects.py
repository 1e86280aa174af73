"""Statements in the manner of several banks and formats, with invented people, numbers and amounts.

The shapes are those of ISO 20022 messages, of the SWIFT field tables and of exports as banks describe them.
"""

from dataclasses import dataclass

IBAN = "BG80BNBG96611020345678"
PAYER = "BG95UNCR70001523456789"


@dataclass(frozen=True)
class Dialect:
    """A file; amounts and days of its entries; name, IBAN, text and end-to-end id of the first; its closing
    balance, None where it tells none.
    """

    content: str | bytes
    amounts: list[tuple[str, str]]
    first: tuple[str, str, str, str]
    balance: str | None = "1107.50"
    iban: str = IBAN
    currency: str = "EUR"


TWO = [("120.00", "2026-11-03"), ("-12.50", "2026-11-04")]
FIRST = ("Алфа ООД", PAYER, "ф-ра 0000000012", "E-1")
LATIN = ("ALFA OOD", PAYER, "FAKTURA 0000000012", "E-1")


def _document(version: str, inside: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:'
        f'camt.053.001.{version}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><BkToCstmrStmt><GrpHdr>'
        f"<MsgId>20261105-1</MsgId><CreDtTm>2026-11-05T01:12:33.000+02:00</CreDtTm></GrpHdr>{inside}"
        "</BkToCstmrStmt></Document>"
    )


CAMT_02 = _document(
    "02",
    f"""<Stmt><Id>ST-2026-11-05</Id><ElctrncSeqNb>211</ElctrncSeqNb><CreDtTm>2026-11-05T01:12:33</CreDtTm>
<FrToDt><FrDtTm>2026-11-03T00:00:00</FrDtTm><ToDtTm>2026-11-04T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Проба ООД</Nm></Ownr></Acct>
<Bal><Tp><CdOrPrtry><Cd>PRCD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-02</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1107.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-04</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLAV</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">2107.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-04</Dt></Dt></Bal>
<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>
<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">120.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><DtTm>2026-11-03T10:11:12</DtTm></BookgDt><ValDt><Dt>2026-11-03</Dt></ValDt>
<AcctSvcrRef>A1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd></Domn></BkTxCd><NtryDtls><TxDtls><Refs>
<AcctSvcrRef>A1-1</AcctSvcrRef><EndToEndId>E-1</EndToEndId></Refs><AmtDtls><InstdAmt>
<Amt Ccy="EUR">120.00</Amt>
</InstdAmt></AmtDtls><RltdPties><Dbtr><Nm>Алфа ООД</Nm><PstlAdr><Ctry>BG</Ctry></PstlAdr></Dbtr><DbtrAcct><Id>
<IBAN>{PAYER}</IBAN></Id></DbtrAcct><Cdtr><Nm>Проба ООД</Nm></Cdtr><CdtrAcct><Id><IBAN>{IBAN}</IBAN></Id>
</CdtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId><BIC>UNCRBGSF</BIC></FinInstnId></DbtrAgt></RltdAgts>
<RmtInf><Ustrd>ф-ра</Ustrd><Ustrd>0000000012</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-04</Dt>
</BookgDt>
<ValDt><Dt>2026-11-04</Dt></ValDt><AddtlNtryInf>Месечна такса</AddtlNtryInf></Ntry></Stmt>""",
)
CAMT_08 = _document(
    "08",
    f"""<Stmt><Id>ST-211</Id><StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>
<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-03</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1107.5</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><DtTm>2026-11-04T23:59:59Z</DtTm></Dt></Bal>
<Ntry><Amt Ccy="EUR">120</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>false</RvslInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-03</Dt></BookgDt><ValDt><Dt>2026-11-03</Dt></ValDt><NtryDtls><TxDtls><Refs>
<EndToEndId>E-1</EndToEndId></Refs><Amt Ccy="EUR">120</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty>
<Nm>Алфа ООД</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>{PAYER}</IBAN></Id></DbtrAcct></RltdPties><RmtInf>
<Ustrd>ф-ра 0000000012</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">12.5</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-04</Dt>
</BookgDt><NtryDtls><TxDtls><AddtlTxInf>Такса</AddtlTxInf></TxDtls></NtryDtls></Ntry></Stmt>""",
)
CAMT_PREFIXED = (
    CAMT_02.replace("<", "<ns:")
    .replace("<ns:/", "</ns:")
    .replace("<ns:?", "<?")
    .replace('xmlns="urn', 'xmlns:ns="urn')
)
CAMT_DAYS = _document(
    "02",
    "".join(
        f"""<Stmt><Id>D-{day}</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{opening}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
</Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
</Bal>
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts><BookgDt>
<Dt>2026-11-0{day}</Dt>
</BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs><RltdPties><Dbtr><Nm>Алфа ООД</Nm></Dbtr>
<DbtrAcct><Id><IBAN>{PAYER}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>ф-ра 0000000012</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry></Stmt>"""
        for day, opening, closing, amount, sign in (
            (3, "1000.00", "1120.00", "120.00", "CRDT"),
            (4, "1120.00", "1107.50", "12.50", "DBIT"),
        )
    ),
)

SWIFT_GERMAN = f"""{{1:F01BNBGBGSDAXXX0000000000}}{{2:I940BNBGBGSDXXXXN}}{{4:
:20:STARTUMSE
:25:{IBAN}
:28C:00211/001
:60F:C261103EUR1000,00
:61:2611031103CR120,00N051NONREF//A1
:86:051?00UEBERWEISUNG?109310?20FAKTURA 0000000012?21EREF+E-1?22SVWZ+?30UNCRBGSF?31{PAYER}?32ALFA OOD
:61:2611041104DR12,50NCHGNONREF//A2
:86:808?00ENTGELT?20Mesechna taksa
:62F:C261104EUR1107,50
:64:C261104EUR2107,50
-}}
"""
SWIFT_PLUS = f"""\n:20:20261105\n:25:{IBAN}\n:28C:211/1\n:60F:C261103EUR1000,\n:61:2611031103C120,NTRFE-1//A1
:86:+20FAKTURA 00000000+2112+31{PAYER}+32ALFA OOD
:61:2611041104D12,5NCHGNONREF//A2\n:86:+20TAKSA+32\n:62F:C261104EUR1107,5\n"""
SWIFT_SLASHES = f""":20:940S261104\n:25:{IBAN} EUR\n:28C:211\n:60F:C261103EUR1000,00
:61:261103C000000000120,00NTRFEREF//A1\n:86:/EREF/E-1//NAME/ALFA OOD/IBAN/{PAYER}/REMI/USTD//FAKTURA 0000000
012
:61:261104D000000000012,50NCHGNONREF\n:86:/REMI/Taksa
:62F:C261104EUR1107,50\n:86:/SUM/1/1/12,50/120,00/\n"""
SWIFT_FREE = f""":20:REF\n:25:{IBAN}\n:28C:1/1\n:60F:C261103EUR1000,00\n:61:2611031103C120,00FMSCNONREF
Extra details here
:86:Prevod ot ALFA OOD {PAYER}
FAKTURA 0000000012\n:61:2611041104D12,50FMSCNONREF\n:86:Taksa\n:62F:C261104EUR1107,50\n"""
SWIFT_PAGES = f""":20:P1\n:25:{IBAN}\n:28C:211/1\n:60F:C261103EUR1000,00\n:61:2611031103C120,00NTRFNONREF
:86:051?20FAKTURA 0000000012?21EREF+E-1?31{PAYER}?32ALFA OOD\n:62M:C261103EUR1120,00\n-
:20:P2\n:25:{IBAN}\n:28C:211/2\n:60M:C261103EUR1120,00\n:61:2611041104D12,50NCHGNONREF\n:86:Taksa
:62F:C261104EUR1107,50\n-\n"""

DSK = "\n".join(
    (
        f"Движения по сметка,{IBAN}",
        "Период,01.11.2026 - 30.11.2026",
        "",
        "Дата,Основание,Наредител/Получател,Номер сметка на наредителя / получателя,"
        "Вид на трансакцията,Свързваща референция,Дебит EUR,Кредит EUR",
        f'03.11.2026,ф-ра 0000000012,Алфа ООД,{PAYER},ПОЛУЧЕН ПРЕВОД,A1,,"120,00"',
        '04.11.2026,Месечна такса,,,ТАКСА,A2,"12,50",',
        "",
    )
)
FIBANK = "\n".join(
    (
        f"Извлечение по сметка {IBAN};;;;;;;;;;",
        "Начално салдо;1 000,00",
        "",
        "Дата;Вальор;Референция;Основание;Наредител/Получател;Сметка (IBAN);ЕГН/БУЛСТАТ;"
        "Баланс преди;Дебит;Кредит;Баланс",
        f"03.11.2026;03.11.2026;A1;ф-ра 0000000012;Алфа ООД;{PAYER};121644736;1 000,00;;120,00;1 120,00",
        "04.11.2026;04.11.2026;A2;Такса;;;;1 120,00;12,50;;1 107,50",
        "Крайно салдо;1 107,50",
        "",
    )
)
NEWEST_FIRST = "\n".join(
    (
        f"IBAN:;{IBAN}",
        "Дата на осчетоводяване;Вальор;Сума;Дт/Кт;Контрагент;IBAN на контрагента;Основание;Салдо",
        f"03/11/2026;03/11/2026;1.120,00;Кт;Алфа ООД;{PAYER};ф-ра 0000000012;2.107,50",
        "02/11/2026;02/11/2026;12,50;Дт;;;Такса;987,50",
        "",
    )
)
REVOLUT = "\n".join(
    (
        "Date started (UTC),Date completed (UTC),ID,Type,State,Description,Reference,Payer,"
        "Card number,Orig currency,Orig amount,Payment currency,Amount,Fee,Balance,Account,"
        "Beneficiary account number,Beneficiary sort code or routing number,Beneficiary IBAN,"
        "Beneficiary BIC",
        "2026-11-03,2026-11-03,u1,TOPUP,COMPLETED,Payment from Alfa,ф-ра 0000000012,Алфа ООД,,"
        f"EUR,120.00,EUR,120.00,0.00,1120.00,{IBAN},,,{PAYER},",
        "2026-11-04,2026-11-04,u2,TRANSFER,COMPLETED,To Beta,,,,EUR,-12.00,EUR,-12.00,0.50,"
        f"1107.50,{IBAN},,,,",
        f"2026-11-05,,u3,CARD_PAYMENT,PENDING,Shop,,,1234,EUR,-9.00,EUR,-9.00,0.00,,{IBAN},,,,",
        "",
    )
)
WISE = "\n".join(
    (
        "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,"
        "Exchange From,Exchange To,Exchange Rate,Payer Name,Payee Name,Payee Account Number,"
        "Merchant,Card Last Four Digits,Card Holder Full Name,Attachment,Note,Total fees",
        f"TRANSFER-2,04-11-2026,-12.50,EUR,Sent money to Beta,,1107.50,,,,,Бета ЕООД,{PAYER},,,,,,0.39",
        "TRANSFER-1,03-11-2026,120.00,EUR,Received money,ф-ра 0000000012,1120.00,,,,Алфа ООД,,,,,,,,0.00",
        "",
    )
)

DIALECTS: dict[str, Dialect] = {
    "CAMT.053.001.02": Dialect(CAMT_02, TWO, FIRST),
    "CAMT.053.001.08": Dialect(CAMT_08, TWO, FIRST),
    "CAMT.053 with prefixes": Dialect(CAMT_PREFIXED, TWO, FIRST),
    "CAMT.053 of a statement each day": Dialect(CAMT_DAYS, TWO, FIRST),
    "MT940 as in Germany": Dialect(SWIFT_GERMAN, TWO, LATIN),
    "MT940 with plus signs": Dialect(SWIFT_PLUS, TWO, ("ALFA OOD", PAYER, "FAKTURA 00000000 12", "")),
    "MT940 with words between slashes": Dialect(SWIFT_SLASHES, TWO, LATIN),
    "MT940 with a free text": Dialect(
        SWIFT_FREE, TWO, ("", PAYER, f"Prevod ot ALFA OOD {PAYER} FAKTURA 0000000012", "")
    ),
    "MT940 in pages": Dialect(SWIFT_PAGES, TWO, LATIN),
    "DSK": Dialect(DSK.encode("windows-1251"), TWO, (*FIRST[:3], ""), balance=None),
    "Fibank": Dialect(FIBANK.encode("windows-1251"), TWO, (*FIRST[:3], "")),
    "newest first, with a column of signs": Dialect(
        NEWEST_FIRST.encode("utf-8-sig"),
        [("1120.00", "2026-11-03"), ("-12.50", "2026-11-02")],
        (*FIRST[:3], ""),
        balance="2107.50",
    ),
    "Revolut Business": Dialect(
        REVOLUT,
        [("120.00", "2026-11-03"), ("-12.00", "2026-11-04"), ("-0.50", "2026-11-04")],
        ("Алфа ООД", PAYER, "Payment from Alfa ф-ра 0000000012", ""),
    ),
    "Wise": Dialect(
        WISE,
        [("-12.50", "2026-11-04"), ("120.00", "2026-11-03")],
        ("Бета ЕООД", PAYER, "Sent money to Beta", ""),
    ),
}
