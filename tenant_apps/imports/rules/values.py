"""What a cell says of people: names, tags. Pure."""

import re


def split_name(text: str) -> tuple[str, str]:
    """First and last name: `Иван Петров Иванов` → `Иван Петров`, `Иванов`; `Иванов, Иван` too."""
    if "," in text:
        last, _comma, first = text.partition(",")
        return first.strip(), last.strip()
    first, _blank, last = " ".join(text.split()).rpartition(" ")
    return (first, last) if first else (last, "")


def split_list(text: str) -> list[str]:
    """Tags in one cell: split at `;`, `,`, `|` and Google's `:::`, each once, `* myContacts` without its
    star.
    """
    parts = (part.strip().removeprefix("* ").strip() for part in re.split(r":::|[;,|\n]", text))
    return list(dict.fromkeys(part for part in parts if part))
