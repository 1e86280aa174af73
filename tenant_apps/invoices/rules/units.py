"""What units of sale are called, and their codes in UN/ECE Recommendations 20 and 21."""

ONE = "C62"
_NAMES = {
    ONE: "бр бройка броя брой pc pcs piece pieces unit units item ea услуга service абонамент",
    "HUR": "час часа ч hour hours hr h",
    "MIN": "мин минута минути minute minutes min",
    "DAY": "ден дни дена day days",
    "WEE": "седмица седмици week weeks",
    "MON": "месец месеца мес month months",
    "QAN": "тримесечие тримесечия quarter quarters",
    "ANN": "година години г year years",
    "KGM": "кг килограм килограма kg",
    "GRM": "гр грам грама g gram grams",
    "TNE": "тон тона т t tonne tonnes",
    "LTR": "л литър литра l litre litres",
    "MTR": "м метър метра m metre metres",
    "KMT": "км километър километра km",
    "CMT": "см cm",
    "MTK": "квм м2 m2 sqm",
    "MTQ": "кубм м3 m3",
    "KWH": "квтч kwh",
    "ZP": "стр страница страници page pages",
    "XST": "лист листа sheet sheets",
    "SET": "комплект комплекта компл к-т set sets",
    "PR": "чифт чифта pair pairs",
    "XBX": "кутия кутии box boxes",
    "XPK": "пакет пакета опаковка опаковки pack package packages",
    "XBO": "бутилка бутилки bottle bottles",
    "XRO": "ролка ролки roll rolls",
    "XPX": "палет палета pallet pallets",
    "XBG": "торба чувал bag bags",
}
_CODES = {name: code for code, names in _NAMES.items() for name in names.split()}


def unit_code(unit: str) -> str:
    """Return the code of a unit as people write it ("бр.", "кв. м"); empty for one that has none here."""
    bare = "".join(unit.casefold().split()).replace(".", "").replace("²", "2").replace("³", "3")
    return _CODES.get(bare, "" if bare else ONE)
