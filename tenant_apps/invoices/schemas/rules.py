"""What the rules and the audit of the series say, and how a document was annulled, as the API tells it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from tenant_apps.invoices.queries import Annulment, Fault, SeriesAudit
from tenant_apps.invoices.rules import Finding
from tenant_apps.invoices.validation_texts import RULE_TEXTS, problem_words


class FindingOut(Schema):
    """What one rule says. `field` is a path: `items.2.vat_code` of the document, `organization.eik` of the
    seller, `client.address` of the buyer; empty where the rule is kept.
    """

    rule: str
    name: str
    source: str
    severity: Literal["error", "warning", "info"]
    passed: bool
    code: str
    message: str
    field: str


class RulesOut(Schema):
    """`may_be_issued`: no error is among the findings."""

    may_be_issued: bool
    findings: list[FindingOut]


class FaultOut(Schema):
    """A `gap` of the numbers `since` to `until`, a `duplicate`, or days in `disorder`. `document_id` is the
    document in question, or the one after the gap; null where no document came after.
    """

    kind: Literal["gap", "duplicate", "disorder"]
    since: str
    until: str
    document_id: UUID | None
    day: date | None
    day_before: date | None


class SeriesAuditOut(Schema):
    """The numbers of one series; `missing_count`: were taken and are on no document."""

    code: str
    kind: Literal["tax", "proforma", "offer"]
    name: str
    is_right: bool
    document_count: int
    first_number: str | None
    last_number: str | None
    first_day: date | None
    last_day: date | None
    last_issued_at: datetime | None
    annulled_count: int
    missing_count: int
    duplicate_count: int
    disorder_count: int
    faults: list[FaultOut]


class SeriesAuditsOut(Schema):
    items: list[SeriesAuditOut]


class AnnulmentOut(Schema):
    """How a document was annulled. `replacement_id` is what was issued in its place, or the draft of it,
    whose number is null.
    """

    invoice_id: UUID
    number: str
    reason: str
    annulled_at: datetime
    annulled_by: str
    replacement_id: UUID | None
    replacement_number: str | None


def annulment_out(annulment: Annulment) -> dict[str, Any]:
    replacement = annulment.replacement
    return {
        "invoice_id": annulment.invoice.pk,
        "number": annulment.invoice.number,
        "reason": annulment.invoice.annul_reason,
        "annulled_at": annulment.invoice.annulled_at,
        "annulled_by": annulment.by_label,
        "replacement_id": replacement.pk if replacement else None,
        "replacement_number": replacement.number if replacement else None,
    }


def finding_out(finding: Finding) -> dict[str, Any]:
    text = RULE_TEXTS[finding.rule]
    return {
        "rule": finding.rule,
        "name": str(text.name),
        "source": str(text.source),
        "severity": finding.severity.value,
        "passed": finding.passed,
        "code": finding.problem,
        "message": problem_words(finding),
        "field": finding.field,
    }


def series_audit_out(audit: SeriesAudit) -> dict[str, Any]:
    names = (
        "is_right",
        "document_count",
        "first_day",
        "last_day",
        "last_issued_at",
        "annulled_count",
        "missing_count",
        "duplicate_count",
        "disorder_count",
    )
    return {
        "code": audit.series.code,
        "kind": audit.series.kind,
        "name": str(audit.series),
        "first_number": audit.first_number or None,
        "last_number": audit.last_number or None,
        "faults": [_fault_out(fault) for fault in audit.faults],
        **{name: getattr(audit, name) for name in names},
    }


def _fault_out(fault: Fault) -> dict[str, Any]:
    names = ("kind", "since", "until", "document_id", "day", "day_before")
    return {name: getattr(fault, name) for name in names}
