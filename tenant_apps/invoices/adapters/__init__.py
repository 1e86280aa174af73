"""What knows outside libraries: `codes` (QR), `pdf`, `annulments`, `reading` (a PDF read back)."""

from tenant_apps.invoices.adapters.annulments import render_annulment_pdf as render_annulment_pdf
from tenant_apps.invoices.adapters.annulments import written_annulment as written_annulment
from tenant_apps.invoices.adapters.codes import can_carry_epc_qr as can_carry_epc_qr
from tenant_apps.invoices.adapters.codes import epc_code_of as epc_code_of
from tenant_apps.invoices.adapters.codes import epc_qr_png as epc_qr_png
from tenant_apps.invoices.adapters.codes import link_code_of as link_code_of
from tenant_apps.invoices.adapters.codes import link_qr_png as link_qr_png
from tenant_apps.invoices.adapters.pdf import render_invoice_pdf as render_invoice_pdf
from tenant_apps.invoices.adapters.pdf import render_offer_pdf as render_offer_pdf
from tenant_apps.invoices.adapters.pdf import written_offer as written_offer
from tenant_apps.invoices.adapters.pdf import written_paper as written_paper
from tenant_apps.invoices.adapters.reading import differences_in as differences_in
