"""What a column is, guessed from its header: both languages, HubSpot, Pipedrive, Google Contacts. Pure."""

from collections.abc import Mapping, Sequence

from shared_apps.core.tables.columns import folded_header
from tenant_apps.imports.rules.targets import NAMES, REPEATABLE

# Headers that say whose detail it is, and in which table one is among many: target → folded spellings.
_CERTAIN = {
    "company.name": "company|company name|companyname|account|account name|organization|organization name"
    "|organisation|organization 1 name|org|firma|kompania|ime na firma|ime na kompania|klient|kontragent"
    "|naimenovanie|naimenovanie na firmata|associated company|primary associated company|person organization"
    "|deal organization|client|customer|firm|organizatsia",
    "company.eik": "eik|bulstat|eik bulstat|bulstat eik|registration number|company number|uic|reg no"
    "|eik egn",
    "company.vat_number": "vat|vat number|vat no|vat id|dds nomer|nomer po dds|zdds|dds no|in po dds|dds",
    "company.industry": "industry|sector|branch|otrasal|sektor|deynost",
    "company.size": "number of employees|employees|company size|broy sluzhiteli|sluzhiteli|broy zaeti",
    "company.parent": "subsidiary of|parent company|parent|maychina firma|maychina kompania|dashterno na",
    "company.website": "company domain name|company website|organization website|sayt na firmata",
    "company.email": "company email|organization email|email na firmata|imeyl na firmata",
    "company.phone": "company phone|organization phone|telefon na firmata",
    "company.city": "organization city|company city|organization address city town village locality",
    "company.address": "organization address|company address",
    "company.postal_code": "organization address zip postal code|company zip",
    "company.country": "office location|company country|organization address country|company country region",
    "company.owner": "company owner|organization owner|account manager|account owner",
    "company.tags": "organization label|company tags",
    "contact.first_name": "first name|firstname|given name|ime na kontakt|sobstveno ime|malko ime|parvo ime"
    "|person first name|contact first name",
    "contact.last_name": "last name|lastname|family name|surname|familia|familno ime|person last name"
    "|contact last name",
    "contact.full_name": "full name|contact|contact name|person|person name|litse|litse za kontakt"
    "|litse za kontakti|kontaktno litse|ime i familia|dve imena|tri imena|imena|deal contact person"
    "|contact person|kontakt|sales agent|agent",
    "contact.email": "person email|person email work|contact email|person email home|person email other"
    "|email na kontakt|imeyl na kontakt",
    "contact.phone": "person phone|person phone work|contact phone|person phone mobile|mobile phone number"
    "|telefon na kontakt",
    "contact.job_title": "job title|title|position|role|dlazhnost|pozitsia|organization title"
    "|organization 1 title|person job title",
    "contact.owner": "contact owner|person owner",
    "contact.tags": "person label|group membership|labels|contact tags",
    "deal.name": "deal|deal name|deal title|opportunity|opportunity name|opportunity id|sdelka"
    "|ime na sdelka|ime na sdelkata|zaglavie na sdelka",
    "deal.value": "amount|deal value|close value|deal amount|value|stoynost|suma|stoynost na sdelka"
    "|stoynost na sdelkata|amount in company currency",
    "deal.currency": "deal currency of value|deal currency",
    "deal.stage": "stage|deal stage|etap|faza|etap na sdelka|stadiy",
    "deal.pipeline": "pipeline|deal pipeline|fuania",
    "deal.status": "deal status|status na sdelka",
    "deal.expected_close_on": "expected close|expected close date|deal expected close date"
    "|ochakvano zatvaryane"
    "|ochakvano priklyuchvane|srok na sdelkata|ochakvana data",
    "deal.opened_on": "engage date|create date|created|created on|deal created|deal deal created|created date"
    "|sazdadena na|data na sazdavane|otvorena na|nachalo",
    "deal.closed_on": "close date|closed on|deal won time|deal lost time|data na zatvaryane|priklyuchena na"
    "|deal deal closed on|closed date",
    "deal.lost_reason": "lost reason|deal lost reason|closed lost reason|prichina za zaguba|prichina",
    "deal.product": "product|produkt",
    "deal.owner": "deal owner|sales rep|targovets",
    "deal.tags": "deal label|deal tags",
    "product.code": "sku|product code|code|item code|kod|artikulen nomer|kod na produkt",
    "product.unit_price": "price|unit price|sales price|tsena|edinichna tsena|ed tsena|prodazhna tsena",
    "product.unit": "unit|measure|unit of measure|myarka|merna edinitsa|ed myarka",
    "product.vat_rate": "vat rate|tax rate|dds stavka|stavka dds|stavka po dds",
    "product.name": "product name|item|item name|artikul|ime na produkt|stoka|usluga",
    "note.text": "note|notes|comment|comments|description|belezhka|belezhki|zabelezhka|zabelezhki|komentar"
    "|opisanie|person notes|deal notes|message|associated note",
}
# Headers that may be anybody's: field → folded spellings.
_ANYBODY_S = {
    "name": "name|ime|title|zaglavie|nazvanie",
    "email": "email|e mail|e mail address|email address|imeyl|e mail 1 value|poshta|elektronna poshta|mail"
    "|e poshta|elektronen adres",
    "more_emails": "e mail 2 value|e mail 3 value|email 2|other email|additional email addresses|vtori imeyl",
    "phone": "phone|phone number|telephone|tel|telefon|telefonen nomer|gsm|mobile|mobilen|mobilen telefon"
    "|phone 1 value|mobile phone",
    "more_phones": "phone 2 value|phone 3 value|phone 2|other phone|vtori telefon|fax|faks",
    "website": "website|website url|web|url|sayt|uebsayt|web site|homepage|domain|website 1 value|internet",
    "links": "linkedin|linkedin url|facebook|linkedin profile|instagram|twitter",
    "city": "city|town|grad|naseleno myasto|address 1 city|gr",
    "address": "address|street|street address|adres|ulitsa|address 1 street|adres na upravlenie"
    "|address 1 formatted",
    "postal_code": "postal code|zip|zip code|postcode|pk|poshtenski kod|p k|address 1 postal code",
    "country": "country|country region|darzhava|strana|address 1 country",
    "currency": "currency|valuta|currency code",
    "status": "status|sastoyanie",
    "owner": "owner|owner name|assigned to|otgovornik|sobstvenik|sales agent|agent|user|account manager"
    "|otgovoren",
    "tags": "tags|tag|label|etiketi|etiket|tagove|categories|kategorii",
    "id": "tefter id|id v tefter|id tefter",
}
# Where an unclaimed detail goes when the entity that the table is about has no such place.
_ELSEWHERE = ("contact", "company", "deal", "product")
_HINTS = {  # spellings that tell what a table is about
    "deal": {"deal.name", "deal.stage", "deal.value"},
    "product": {"product.code", "product.unit_price", "product.name"},
    "contact": {"contact.first_name", "contact.last_name", "contact.full_name", "contact.job_title"},
    "company": {"company.name", "company.eik", "company.vat_number", "company.industry"},
}


def _table(spellings: dict[str, str]) -> dict[str, str]:
    return {spelling: target for target, text in spellings.items() for spelling in text.split("|")}


_BY_HEADER, _BY_FIELD = _table(_CERTAIN), _table(_ANYBODY_S)


def guess_mapping(
    headers: Sequence[str], targets: dict[str, tuple[str, ...]], own: Mapping[str, str] | None = None
) -> list[str]:
    """A target for each header, or "". Each target is given once, save those that take several columns.

    `own`: headers that the organization's own fields bear → their targets.
    """
    folded = [folded_header(header) for header in headers]
    own = {folded_header(header): target for header, target in (own or {}).items()}
    subject = _subject(folded)
    taken: set[str] = set()
    mapping = [_place(_target(header, subject, targets) or own.get(header, ""), taken) for header in folded]
    if "contact.last_name" in taken and "contact.first_name" not in taken:
        mapping = ["contact.first_name" if one == "contact.full_name" else one for one in mapping]
    return _of_named(mapping)


def _of_named(mapping: list[str]) -> list[str]:
    """The mapping without details of records that no column names: a `Create Date` alone opens no deal."""
    pairs = [target.partition(".")[::2] for target in mapping]
    named = {entity for entity, field in pairs if field in NAMES.get(entity, ())}
    return [target if target.partition(".")[0] in named else "" for target in mapping]


def _subject(folded: list[str]) -> str:
    """The entity that the table is about."""
    certain = {_BY_HEADER[header] for header in folded if header in _BY_HEADER}
    fields = {_BY_FIELD.get(header) for header in folded}
    if "company.name" in certain and "name" in fields and {"email", "phone"} & fields:
        certain = {*certain, "contact.full_name"}  # a name beside a firm's is a person's
    for entity, telling in _HINTS.items():
        if certain & telling and not (entity == "deal" and certain & telling == {"deal.value"}):
            return entity
    return "contact" if {"email", "phone"} & fields else "company"


def _target(header: str, subject: str, targets: dict[str, tuple[str, ...]]) -> str:
    if header in {"sales agent", "agent"}:
        return "deal.owner" if subject == "deal" else "contact.full_name"
    if header in {"product", "produkt"}:
        return "deal.product" if subject == "deal" else "product.name"
    if header in _BY_HEADER and not (header == "title" and subject == "deal"):
        return _BY_HEADER[header]
    field = _BY_FIELD.get(header) or _BY_FIELD.get(header.replace("email", "e mail"))
    if field is None:
        return ""
    if field == "name":
        return "contact.full_name" if subject == "contact" else f"{subject}.name"
    for entity in (subject, *_ELSEWHERE):
        if field in targets[entity]:
            return f"{entity}.{field}"
    return ""


def _place(target: str, taken: set[str]) -> str:
    if not target or (target in taken and target.partition(".")[2] not in REPEATABLE):
        return ""
    taken.add(target)
    return target
