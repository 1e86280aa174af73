"""Currency codes of ISO 4217 that money can be written in.

Funds, metals and testing codes are left out. The lev (BGN) left the list on 1 January 2026 and stays here,
because documents from before that day keep it; which document may bear it is a rule of invoices.
"""

_ISO_4217 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL
LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP
PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT
TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
ACTIVE_CURRENCIES = frozenset(_ISO_4217.split())
CURRENCIES = ACTIVE_CURRENCIES | {"BGN"}


def is_currency(code: str) -> bool:
    """Say whether `code` (upper case, three letters) is a currency that a document may bear."""
    return code in CURRENCIES
