"""Where a column can go, and by what a record is recognised. Pure."""

IGNORE = ""
TARGETS: dict[str, tuple[str, ...]] = {
    "company": (
        "name",
        "eik",
        "vat_number",
        "country",
        "city",
        "address",
        "postal_code",
        "email",
        "phone",
        "website",
        "industry",
        "size",
        "parent",
        "more_emails",
        "more_phones",
        "links",
        "owner",
        "tags",
        "id",
    ),
    "contact": (
        "full_name",
        "first_name",
        "last_name",
        "email",
        "phone",
        "job_title",
        "more_emails",
        "more_phones",
        "links",
        "owner",
        "tags",
        "id",
    ),
    "deal": (
        "name",
        "value",
        "currency",
        "pipeline",
        "stage",
        "status",
        "lost_reason",
        "opened_on",
        "expected_close_on",
        "closed_on",
        "product",
        "owner",
        "tags",
        "id",
    ),
    "product": ("name", "code", "unit", "unit_price", "currency", "vat_rate", "tags", "id"),
    "note": ("text",),
}
# Several columns may go there; each is one more.
REPEATABLE = {"tags", "text", "more_emails", "more_phones", "links"}
# What makes a record of its own; without one of these in its row, an entity of the row is left out.
NAMES = {
    "company": {"name", "eik", "id"},
    "contact": {"full_name", "first_name", "last_name", "email", "id"},
    "deal": {"name", "id"},
    "product": {"name", "code", "id"},
    "note": {"text"},
}
# By what a record may be recognised, the surest first.
MATCH_FIELDS = {
    "company": ("id", "eik", "email", "phone", "name"),
    "contact": ("id", "email", "phone", "name"),
    "deal": ("id", "name"),
    "product": ("id", "code", "name"),
}
DEFAULT_MATCH = {
    "company": ("id", "eik", "name"),
    "contact": ("id", "email", "phone"),
    "deal": ("id", "name"),
    "product": ("id", "code", "name"),
}
DATES = {"deal.opened_on", "deal.expected_close_on", "deal.closed_on"}
CREATE, UPDATE, BOTH = "create", "update", "both"


def entities_of(mapping: list[str]) -> list[str]:
    """The entities that a mapping makes, in the order in which a row writes them."""
    found = {target.partition(".")[0] for target in mapping if target}
    return [entity for entity in ("company", "product", "contact", "deal", "note") if entity in found]


def default_match(mapping: list[str]) -> dict[str, list[str]]:
    """By what the records of this mapping are recognised unless one chooses otherwise."""
    match = {}
    for entity in entities_of(mapping):
        if entity in DEFAULT_MATCH:
            usable = usable_match(entity, mapping)
            match[entity] = [one for one in DEFAULT_MATCH[entity] if one in usable] or usable
    return match


def usable_match(entity: str, mapping: list[str]) -> list[str]:
    """The match fields for which this mapping has a column."""
    fields = {target.partition(".")[2] for target in mapping if target.startswith(f"{entity}.")}
    if fields & {"full_name", "first_name", "last_name"}:
        fields.add("name")
    return [one for one in MATCH_FIELDS.get(entity, ()) if one in fields]
