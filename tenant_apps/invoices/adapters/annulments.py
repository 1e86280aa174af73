"""The protocol of an annulment as PDF."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from tenant_apps.documents.adapters import drawable, render_pdf
from tenant_apps.invoices.paper import AnnulmentPaper, write_amount, write_day
from tenant_apps.invoices.rules import BULGARIAN, leading_language
from tenant_apps.invoices.sheets import written_party
from tenant_apps.invoices.validation_texts import RULE_TEXTS


def render_annulment_pdf(paper: AnnulmentPaper, language: str) -> bytes:
    """Render the protocol of an annulment as PDF in the leading language of its document; the Bulgarian
    heading stays.

    Equal papers give equal bytes. Raises `documents.adapters.RenderFailed`.
    """
    with override(leading_language(language)):
        html = render_to_string("invoices/pdf/annulment.html", written_annulment(paper, language))
        return render_pdf(drawable(html))


def written_annulment(paper: AnnulmentPaper, language: str) -> dict[str, Any]:
    """Return the protocol in the words and figures of the leading language, as its PDF has it."""
    language = leading_language(language)
    with override(language):
        day, replaced_on = write_day(paper.issue_date, language), paper.replacement_date
        replacement = (
            f"{paper.replacement_number} / {write_day(replaced_on, language)}" if replaced_on else ""
        )
        annulled_on = write_day(paper.annulled_at.date(), language)
        return {
            "paper": paper,
            "language": language,
            "second_heading": "" if language == BULGARIAN else _("ANNULMENT PROTOCOL"),
            "source": str(RULE_TEXTS["annulment"].source),
            "parties": [
                {"label": _("Seller"), **written_party(paper.seller, language)},
                {"label": _("Buyer"), **written_party(paper.buyer, language)},
            ],
            "facts": [
                (_("Annulled document"), f"{paper.heading} № {paper.number} / {day}"),
                (_("Total"), f"{write_amount(paper.total, language)} {paper.currency}"),
                (_("Reason"), paper.reason),
                (_("Issued in its place"), replacement or _("No document")),
                (_("Annulled on"), f"{annulled_on}, {paper.annulled_at:%H:%M}"),
                (_("Annulled by"), paper.annulled_by or "–"),
            ],
        }
