from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class InvoiceEvent(StrEnum):
    CREATED = "invoices.invoice_created"
    CHANGED = "invoices.invoice_changed"
    DELETED = "invoices.invoice_deleted"
    ISSUED = "invoices.invoice_issued"
    SENT = "invoices.invoice_sent"
    PAID = "invoices.invoice_paid"
    REOPENED = "invoices.invoice_reopened"
    CREDITED = "invoices.invoice_credited"
    WRITTEN_OFF = "invoices.invoice_written_off"
    WRITE_OFF_UNDONE = "invoices.write_off_undone"
    ANNULLED = "invoices.invoice_annulled"
    DOCUMENT_STORED = "invoices.invoice_document_stored"
    DOCUMENT_REFUSED = "invoices.invoice_document_refused"
    QR_CODES_STORED = "invoices.invoice_qr_codes_stored"


class OfferEvent(StrEnum):
    CREATED = "invoices.offer_created"
    CHANGED = "invoices.offer_changed"
    DELETED = "invoices.offer_deleted"
    VERSION_CREATED = "invoices.offer_version_created"
    SENT = "invoices.offer_sent"
    SENT_AGAIN = "invoices.offer_sent_again"
    SUPERSEDED = "invoices.offer_superseded"
    ACCEPTED = "invoices.offer_accepted"
    ACCEPTANCE_WITHDRAWN = "invoices.offer_acceptance_withdrawn"
    DECLINED = "invoices.offer_declined"
    EXPIRED = "invoices.offer_expired"
    INVOICED = "invoices.offer_invoiced"
    DOCUMENT_STORED = "invoices.offer_document_stored"


class ReminderEvent(StrEnum):
    REMINDED = "invoices.invoice_reminded"
    PAUSED = "invoices.reminders_paused"
    RESUMED = "invoices.reminders_resumed"
    SWITCHED_ON = "invoices.reminders_switched_on"
    SWITCHED_OFF = "invoices.reminders_switched_off"
    STAGES_LAID = "invoices.reminder_stages_laid"
    STAGE_CREATED = "invoices.reminder_stage_created"
    STAGE_CHANGED = "invoices.reminder_stage_changed"
    STAGE_DELETED = "invoices.reminder_stage_deleted"


class RecurringEvent(StrEnum):
    CREATED = "invoices.recurring_invoice_created"
    CHANGED = "invoices.recurring_invoice_changed"
    PAUSED = "invoices.recurring_invoice_paused"
    RESUMED = "invoices.recurring_invoice_resumed"
    ENDED = "invoices.recurring_invoice_ended"
    TERMS_PLANNED = "invoices.recurring_terms_planned"
    TERMS_DROPPED = "invoices.recurring_terms_dropped"
    SKIPPED = "invoices.occurrence_skipped"
    UNSKIPPED = "invoices.occurrence_unskipped"
    MADE = "invoices.occurrence_made"
    HELD = "invoices.occurrence_held"


class PaymentEvent(StrEnum):
    RECORDED = "invoices.payment_recorded"
    ALLOCATED = "invoices.payment_allocated"
    DEALLOCATED = "invoices.payment_deallocated"
    FREED = "invoices.payment_freed"
    CREDITED = "invoices.payment_credited"
    CLIENT_SET = "invoices.payment_client_set"
    REFUNDED = "invoices.payment_refunded"
    REFUND_UNDONE = "invoices.refund_undone"
    RETURNED = "invoices.payment_returned"
    VOIDED = "invoices.payment_voided"
    LEFT_UNMATCHED = "invoices.payment_left_unmatched"


class BooksEvent(StrEnum):
    STATEMENT_SENT = "invoices.statement_sent"
    PACK_ASKED = "invoices.month_pack_asked"
    PACK_MADE = "invoices.month_pack_made"


SENTENCES: dict[str, Text] = {
    InvoiceEvent.CREATED: _("%(actor)s drafted an invoice"),
    InvoiceEvent.CHANGED: _("%(actor)s changed the draft"),
    InvoiceEvent.DELETED: _("%(actor)s deleted a draft invoice"),
    InvoiceEvent.ISSUED: _("%(actor)s issued invoice %(subject)s"),
    InvoiceEvent.SENT: _("%(actor)s sent invoice %(subject)s"),
    InvoiceEvent.PAID: _("Invoice %(subject)s is paid"),
    InvoiceEvent.REOPENED: _("Invoice %(subject)s is no longer paid"),
    InvoiceEvent.CREDITED: _("A credit note took from invoice %(subject)s"),
    InvoiceEvent.WRITTEN_OFF: _("%(actor)s wrote off a rest of invoice %(subject)s"),
    InvoiceEvent.WRITE_OFF_UNDONE: _("%(actor)s took back what was written off of invoice %(subject)s"),
    InvoiceEvent.ANNULLED: _("%(actor)s annulled invoice %(subject)s"),
    InvoiceEvent.DOCUMENT_STORED: _("The PDF of invoice %(subject)s was made"),
    InvoiceEvent.DOCUMENT_REFUSED: _("The PDF of %(subject)s was not kept: it could not be read back right"),
    InvoiceEvent.QR_CODES_STORED: _("The QR codes of invoice %(subject)s were made"),
    OfferEvent.CREATED: _("%(actor)s drafted an offer"),
    OfferEvent.CHANGED: _("%(actor)s changed the draft of the offer"),
    OfferEvent.DELETED: _("%(actor)s deleted a draft offer"),
    OfferEvent.VERSION_CREATED: _("%(actor)s began a new version of the offer %(subject)s"),
    OfferEvent.SENT: _("%(actor)s sent the offer %(subject)s"),
    OfferEvent.SENT_AGAIN: _("%(actor)s sent the offer %(subject)s again"),
    OfferEvent.SUPERSEDED: _("A new version took the place of the offer %(subject)s"),
    OfferEvent.ACCEPTED: _("The offer %(subject)s was accepted"),
    OfferEvent.ACCEPTANCE_WITHDRAWN: _("%(actor)s took back that the offer %(subject)s was accepted"),
    OfferEvent.DECLINED: _("The offer %(subject)s was declined"),
    OfferEvent.EXPIRED: _("The offer %(subject)s expired"),
    OfferEvent.INVOICED: _("%(actor)s drafted an invoice from the offer %(subject)s"),
    OfferEvent.DOCUMENT_STORED: _("The PDF of the offer %(subject)s was made"),
    RecurringEvent.CREATED: _("%(actor)s made the invoice “%(subject)s” recur"),
    RecurringEvent.CHANGED: _("%(actor)s changed the recurring invoice “%(subject)s”"),
    RecurringEvent.PAUSED: _("%(actor)s paused the recurring invoice “%(subject)s”"),
    RecurringEvent.RESUMED: _("%(actor)s resumed the recurring invoice “%(subject)s”"),
    RecurringEvent.ENDED: _("The recurring invoice “%(subject)s” ended"),
    RecurringEvent.TERMS_PLANNED: _("%(actor)s planned other prices of the recurring invoice “%(subject)s”"),
    RecurringEvent.TERMS_DROPPED: _(
        "%(actor)s dropped planned prices of the recurring invoice “%(subject)s”"
    ),
    RecurringEvent.SKIPPED: _("%(actor)s skipped a day of the recurring invoice “%(subject)s”"),
    RecurringEvent.UNSKIPPED: _("%(actor)s took back that a day of “%(subject)s” is skipped"),
    RecurringEvent.MADE: _("The recurring invoice “%(subject)s” made an invoice"),
    RecurringEvent.HELD: _("An invoice of “%(subject)s” could not go on by itself"),
    PaymentEvent.RECORDED: _("%(actor)s recorded a payment of %(subject)s"),
    PaymentEvent.ALLOCATED: _("%(actor)s linked the payment of %(subject)s to an invoice"),
    PaymentEvent.DEALLOCATED: _("%(actor)s unlinked the payment of %(subject)s from an invoice"),
    PaymentEvent.FREED: _("A credit note freed money of the payment of %(subject)s"),
    PaymentEvent.CREDITED: _("What is left of the payment of %(subject)s is the client's credit"),
    PaymentEvent.CLIENT_SET: _("%(actor)s said whose the payment of %(subject)s is"),
    PaymentEvent.REFUNDED: _("%(actor)s gave back money of the payment of %(subject)s"),
    PaymentEvent.REFUND_UNDONE: _("%(actor)s took back a refund of the payment of %(subject)s"),
    PaymentEvent.RETURNED: _("A refund took money of the payment of %(subject)s from an invoice"),
    PaymentEvent.VOIDED: _("%(actor)s voided the payment of %(subject)s"),
    PaymentEvent.LEFT_UNMATCHED: _("The payment of %(subject)s found no invoice"),
    BooksEvent.STATEMENT_SENT: _("%(actor)s sent %(subject)s a statement"),
    BooksEvent.PACK_ASKED: _("%(actor)s asked for the month pack of %(subject)s"),
    BooksEvent.PACK_MADE: _("The month pack of %(subject)s was made"),
    ReminderEvent.REMINDED: _("The client was reminded of invoice %(subject)s"),
    ReminderEvent.PAUSED: _("%(actor)s paused the payment reminders of %(subject)s"),
    ReminderEvent.RESUMED: _("%(actor)s resumed the payment reminders of %(subject)s"),
    ReminderEvent.SWITCHED_ON: _("%(actor)s turned payment reminders on"),
    ReminderEvent.SWITCHED_OFF: _("%(actor)s turned payment reminders off"),
    ReminderEvent.STAGES_LAID: _("The usual stages of payment reminders were laid"),
    ReminderEvent.STAGE_CREATED: _("%(actor)s added the reminder “%(subject)s”"),
    ReminderEvent.STAGE_CHANGED: _("%(actor)s changed the reminder “%(subject)s”"),
    ReminderEvent.STAGE_DELETED: _("%(actor)s deleted the reminder “%(subject)s”"),
}
