"""Documents as PDF."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from tenant_apps.documents.adapters import drawable, render_pdf
from tenant_apps.invoices.adapters.codes import epc_code_of, link_code_of
from tenant_apps.invoices.offer_paper import OfferPaper
from tenant_apps.invoices.paper import InvoicePaper, write_amount, write_day, write_number
from tenant_apps.invoices.rules import leading_language
from tenant_apps.invoices.sheets import sheet_of, written_line


def render_invoice_pdf(paper: InvoicePaper, language: str) -> bytes:
    """Render the document as PDF, with the labels of its language, one of `rules.LANGUAGES`.

    The Bulgarian heading stays in every language. Equal papers give equal bytes. Raises
    `documents.adapters.RenderFailed`.
    """
    with override(leading_language(language)):
        sheet = written_paper(paper, language)
        html = render_to_string("invoices/pdf/invoice.html", sheet)
        return render_pdf(drawable(html), images=sheet["images"])


def written_paper(paper: InvoicePaper, language: str) -> dict[str, Any]:
    """Return the document in the words and figures of its language, with its pictures, as the PDF has it."""
    return sheet_of(paper, language, _images(paper, language))


def render_offer_pdf(paper: OfferPaper, language: str) -> bytes:
    """Render the offer as PDF, as it was sent, in the document's language ("bg" or "en"). Raises
    `documents.adapters.RenderFailed`.
    """
    with override(language):
        sheet = written_offer(paper, language)
        html = render_to_string("invoices/pdf/offer.html", sheet)
        return render_pdf(drawable(html), images=sheet["images"])


def written_offer(paper: OfferPaper, language: str) -> dict[str, Any]:
    """Return the offer in the words and figures of its language: the sheet of `written_paper`, with its days
    and its optional lines.
    """
    with override(language):
        days = ((_("Date"), paper.sent_on), (_("Valid until"), paper.valid_until))
        accepted = paper.accepted_total
        return written_paper(paper.page, language) | {
            "offer": paper,
            "days": [(label, write_day(day, language)) for label, day in days if day],
            "options": [
                written_line(line, language) | {"is_chosen": chosen} for line, chosen in paper.options
            ],
            "has_option_discounts": any(line.discount_percent for line, _chosen in paper.options),
            "discount_total": write_amount(paper.discount_total, language) if paper.discount_total else "",
            "advance": write_number(paper.advance_percent, language) if paper.advance_percent else "",
            "accepted_total": "" if accepted is None else write_amount(accepted, language),
            "accepted_on": write_day(paper.accepted_on, language) if paper.accepted_on else "",
        }


def _images(paper: InvoicePaper, language: str) -> dict[str, bytes]:
    images = {"logo": paper.logo, "epc": epc_code_of(paper, language), "link": link_code_of(paper)}
    return {name: content for name, content in images.items() if content}
