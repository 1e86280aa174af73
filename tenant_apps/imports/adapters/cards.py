"""vCard 2.1, 3.0 and 4.0: several people a file, folded lines, quoted-printable."""

import io
import quopri
import re
from collections.abc import Iterator

from shared_apps.core.tables.shapes import Reading, SourceRow

HEADERS = (
    "Full name",
    "First name",
    "Last name",
    "Organization",
    "Job title",
    "E-mail",
    "E-mail 2 - Value",
    "Phone",
    "Phone 2 - Value",
    "Website",
    "Street",
    "City",
    "Postal code",
    "Country",
    "Notes",
    "Tags",
)
_PROPERTY = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;[^:]*)?):(.*)", re.DOTALL)


def rows_in(content: bytes, reading: Reading) -> Iterator[SourceRow]:
    """The names of the fields, then a row for each person."""
    yield SourceRow(1, list(HEADERS))
    number, card = 1, list[tuple[str, str, str]]()
    for line in _unfolded(content, reading.encoding):
        if line.upper().startswith("BEGIN:VCARD"):
            card = []
        elif line.upper().startswith("END:VCARD"):
            number += 1
            yield SourceRow(number, _row(card))
        elif match := _PROPERTY.fullmatch(line):
            card.append((match[1].upper(), match[2].upper(), match[3]))


def _unfolded(content: bytes, encoding: str) -> Iterator[str]:
    """Logical lines: a blank at the start goes on, and so does `=` at the end of quoted-printable."""
    held = ""
    for written in io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace"):
        line = written.rstrip("\n")
        if "QUOTED-PRINTABLE" in held.partition(":")[0].upper() and held.endswith("="):
            held = held[:-1] + line
        elif line.startswith((" ", "\t")):
            held += line[1:]
        else:
            if held:
                yield held
            held = line
    if held:
        yield held


def _row(card: list[tuple[str, str, str]]) -> list[str]:
    values: dict[str, list[str]] = {}
    for name, parameters, raw in card:
        values.setdefault(name, []).append(_decoded(raw, parameters))
    last, first, middle = (*_parts(values, "N"), "", "", "")[:3]
    street, city, _region, code, country = (*_parts(values, "ADR")[2:], "", "", "", "", "")[:5]
    emails, phones = ([_plain(one) for one in values.get(name, [])] for name in ("EMAIL", "TEL"))
    phones = [one.removeprefix("tel:") for one in phones]
    return [
        _first(values, "FN"),
        " ".join(filter(None, [first, middle])),
        last,
        (_parts(values, "ORG") or [""])[0],
        _first(values, "TITLE"),
        *_two(emails),
        *_two(phones),
        _first(values, "URL"),
        street,
        city,
        code,
        country,
        "\n".join(_plain(one) for one in values.get("NOTE", [])),
        ";".join(tag for one in values.get("CATEGORIES", []) for tag in _split(one, ",")),
    ]


def _decoded(raw: str, parameters: str) -> str:
    if "QUOTED-PRINTABLE" not in parameters:
        return raw
    charset = re.search(r"CHARSET=([\w-]+)", parameters)
    try:
        return quopri.decodestring(raw.encode("latin-1", "replace")).decode(
            charset[1] if charset else "utf-8", "replace"
        )
    except LookupError:
        return raw


def _split(text: str, mark: str) -> list[str]:
    """Cut at `mark` where no backslash stands before it."""
    return [_plain(part) for part in re.split(rf"(?<!\\){mark}", text)]


def _plain(text: str) -> str:
    return re.sub(r"\\([nN,;\\:])", lambda found: "\n" if found[1] in "nN" else found[1], text).strip()


def _parts(values: dict[str, list[str]], name: str) -> list[str]:
    return _split(values[name][0], ";") if name in values else []


def _first(values: dict[str, list[str]], name: str) -> str:
    return _plain(values[name][0]) if name in values else ""


def _two(found: list[str]) -> tuple[str, str]:
    found = [one for one in found if one]
    return (found[0] if found else "", ", ".join(found[1:]))
