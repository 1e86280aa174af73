"""URL × role: the whole matrix. Every address must appear; one that is missing, or opens to more than it
says, fails.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from shared_apps.accounts.roles import Role
from tenants.context import OrganizationRef
from tests.isolation.addresses import Address, addresses_of

LADDER = [Role.USER, Role.MANAGER, Role.ADMIN, Role.OWNER]
USER, MANAGER, ADMIN, OWNER = LADDER
NOBODY = None
Lowest = Role | None

# URL name → the lowest role that may look (GET) and act (POST); NOBODY where the method is not answered.
MATRIX: dict[str, tuple[Lowest, Lowest]] = {
    "dashboard": (USER, NOBODY),
    "who_first": (USER, NOBODY),
    "report_list": (USER, NOBODY),
    "report_detail": (USER, NOBODY),
    "export_report": (NOBODY, MANAGER),
    "search": (USER, NOBODY),
    "palette_actions": (USER, NOBODY),
    "company_list": (USER, NOBODY),
    "company_detail": (USER, NOBODY),
    "company_create": (USER, USER),
    "company_edit": (USER, USER),
    "company_options": (USER, NOBODY),
    "company_duplicates": (USER, NOBODY),
    "company_quick_create": (USER, USER),
    "archive_company": (NOBODY, USER),
    "unarchive_company": (NOBODY, USER),
    "company_suspects": (MANAGER, NOBODY),
    "company_merge": (MANAGER, MANAGER),
    "contact_duplicates": (USER, NOBODY),
    "contact_suspects": (MANAGER, NOBODY),
    "contact_merge": (MANAGER, MANAGER),
    "undo_merge": (NOBODY, MANAGER),
    "tell_apart": (NOBODY, MANAGER),
    "contact_list": (USER, NOBODY),
    "contact_detail": (USER, NOBODY),
    "contact_create": (USER, USER),
    "contact_edit": (USER, USER),
    "contact_options": (USER, NOBODY),
    "archive_contact": (NOBODY, USER),
    "unarchive_contact": (NOBODY, USER),
    "deal_list": (USER, NOBODY),
    "deal_board": (USER, NOBODY),
    "deal_cards": (USER, NOBODY),
    "choose_card_fields": (NOBODY, USER),
    "deal_forecast": (USER, NOBODY),
    "deal_create": (USER, USER),
    "deal_options": (USER, NOBODY),
    "deal_detail": (USER, NOBODY),
    "deal_edit": (USER, USER),
    "move_deal": (NOBODY, USER),
    "win_deal": (NOBODY, USER),
    "lose_deal": (USER, USER),
    "reopen_deal": (NOBODY, USER),
    "archive_deal": (NOBODY, USER),
    "unarchive_deal": (NOBODY, USER),
    "duplicate_deal": (NOBODY, USER),
    "undo_automatic_move": (NOBODY, USER),
    "moving_rule_list": (MANAGER, NOBODY),
    "switch_moving_rule": (NOBODY, MANAGER),
    "pipeline_list": (MANAGER, NOBODY),
    "pipeline_create": (MANAGER, MANAGER),
    "pipeline_edit": (MANAGER, MANAGER),
    "arrange_pipelines": (NOBODY, MANAGER),
    "arrange_stages": (NOBODY, MANAGER),
    "archive_pipeline": (MANAGER, MANAGER),
    "unarchive_pipeline": (NOBODY, MANAGER),
    "stage_create": (MANAGER, MANAGER),
    "stage_edit": (MANAGER, MANAGER),
    "archive_stage": (MANAGER, MANAGER),
    "unarchive_stage": (NOBODY, MANAGER),
    "task_list": (USER, NOBODY),
    "task_today": (USER, NOBODY),
    "task_board": (USER, NOBODY),
    "task_calendar": (USER, NOBODY),
    "task_create": (USER, USER),
    "task_detail": (USER, NOBODY),
    "task_edit": (USER, USER),
    "complete_task": (NOBODY, USER),
    "reopen_task": (NOBODY, USER),
    "postpone_task": (NOBODY, USER),
    "archive_task": (NOBODY, USER),
    "unarchive_task": (NOBODY, USER),
    "record_stream": (USER, NOBODY),
    "record_owner": (USER, USER),
    "record_reach": (USER, USER),
    "record_field": (USER, USER),
    "write_note": (NOBODY, USER),
    "log_conversation": (NOBODY, USER),
    "attach_file": (NOBODY, USER),
    "pin_note": (NOBODY, USER),
    "unpin_note": (NOBODY, USER),
    "archive_note": (NOBODY, USER),
    "unarchive_note": (NOBODY, USER),
    "archive_conversation": (NOBODY, USER),
    "unarchive_conversation": (NOBODY, USER),
    "archive_attachment": (NOBODY, USER),
    "unarchive_attachment": (NOBODY, USER),
    "note_edit": (USER, USER),
    "conversation_edit": (USER, USER),
    "attachment_content": (USER, NOBODY),
    "notification_list": (USER, NOBODY),
    "mark_notification_read": (NOBODY, USER),
    "mark_all_notifications_read": (NOBODY, USER),
    "product_list": (USER, NOBODY),
    "product_detail": (USER, NOBODY),
    "product_create": (MANAGER, MANAGER),
    "product_edit": (MANAGER, MANAGER),
    "product_options": (USER, NOBODY),
    "archive_product": (NOBODY, MANAGER),
    "unarchive_product": (NOBODY, MANAGER),
    "record_sharing": (USER, USER),
    "unshare_record": (NOBODY, USER),
    "invoice_list": (USER, NOBODY),
    "invoice_detail": (USER, NOBODY),
    "invoice_rules": (USER, NOBODY),
    "annulment_protocol": (USER, NOBODY),
    "annulment_pdf": (USER, NOBODY),
    "series_audit": (MANAGER, NOBODY),
    "invoice_create": (USER, USER),
    "invoice_edit": (USER, USER),
    "invoice_pdf": (USER, NOBODY),
    "invoice_ubl": (USER, NOBODY),
    "books_overview": (MANAGER, NOBODY),
    "aged_receivables": (MANAGER, NOBODY),
    "open_item_list": (MANAGER, NOBODY),
    "open_items_csv": (MANAGER, NOBODY),
    "vat_summary": (MANAGER, NOBODY),
    "sales_ledger": (MANAGER, NOBODY),
    "sales_ledger_csv": (MANAGER, NOBODY),
    "sales_ledger_nra": (MANAGER, NOBODY),
    "month_pack_list": (MANAGER, MANAGER),
    "month_pack_detail": (MANAGER, NOBODY),
    "month_pack_file": (MANAGER, NOBODY),
    "company_statement": (MANAGER, MANAGER),
    "company_statement_pdf": (MANAGER, NOBODY),
    "contact_statement": (MANAGER, MANAGER),
    "contact_statement_pdf": (MANAGER, NOBODY),
    "delete_draft_invoice": (NOBODY, USER),
    "duplicate_invoice": (NOBODY, USER),
    "send_invoice": (USER, USER),
    "issue_invoice": (NOBODY, MANAGER),
    "invoice_client": (USER, NOBODY),
    "price_memory": (USER, NOBODY),
    "note_create": (USER, USER),
    "follow_proforma": (NOBODY, USER),
    "deduct_advances": (NOBODY, USER),
    "pause_invoice_reminders": (NOBODY, USER),
    "resume_invoice_reminders": (NOBODY, USER),
    "pause_client_reminders": (NOBODY, USER),
    "resume_client_reminders": (NOBODY, USER),
    "reminder_list": (USER, NOBODY),
    "reminder_settings": (ADMIN, NOBODY),
    "switch_reminders": (NOBODY, ADMIN),
    "lay_usual_stages": (NOBODY, ADMIN),
    "reminder_stage_create": (ADMIN, ADMIN),
    "reminder_stage_edit": (ADMIN, ADMIN),
    "delete_reminder_stage": (NOBODY, ADMIN),
    "annul_invoice": (MANAGER, MANAGER),
    "mark_invoice_paid": (MANAGER, MANAGER),
    "offer_list": (USER, NOBODY),
    "offer_create": (USER, USER),
    "offer_detail": (USER, NOBODY),
    "offer_edit": (USER, USER),
    "delete_draft_offer": (NOBODY, USER),
    "duplicate_offer": (NOBODY, USER),
    "create_offer_version": (NOBODY, USER),
    "send_offer": (NOBODY, USER),
    "resend_offer": (NOBODY, USER),
    "accept_offer": (USER, USER),
    "decline_offer": (USER, USER),
    "invoice_offer": (USER, USER),
    "offer_pdf": (USER, NOBODY),
    "payment_list": (USER, NOBODY),
    "payment_detail": (USER, NOBODY),
    "payment_create": (MANAGER, MANAGER),
    "allocate_payment": (MANAGER, MANAGER),
    "deallocate_payment": (MANAGER, MANAGER),
    "void_payment": (MANAGER, MANAGER),
    "payment_suggestions": (MANAGER, MANAGER),
    "set_payment_client": (MANAGER, MANAGER),
    "refund_payment": (MANAGER, MANAGER),
    "undo_refund": (MANAGER, MANAGER),
    "write_off": (MANAGER, MANAGER),
    "undo_write_off": (MANAGER, MANAGER),
    "team_list": (USER, ADMIN),
    "change_member_role": (NOBODY, ADMIN),
    "activate_member": (NOBODY, ADMIN),
    "deactivate_member": (NOBODY, ADMIN),
    "resend_invitation": (NOBODY, ADMIN),
    "revoke_invitation": (NOBODY, ADMIN),
    "organization_edit": (USER, ADMIN),
    "organization_logo": (USER, ADMIN),
    "series_list": (ADMIN, ADMIN),
    "change_series_start": (NOBODY, ADMIN),
    "list_filter": (USER, NOBODY),
    "list_columns": (USER, NOBODY),
    "list_bulk": (USER, USER),
    "record_cell": (USER, USER),
    "record_tags": (USER, USER),
    "start_list_export": (NOBODY, MANAGER),
    "list_export_detail": (MANAGER, NOBODY),
    "list_export_file": (MANAGER, NOBODY),
    "change_set_detail": (USER, NOBODY),
    "undo_bulk_change": (NOBODY, USER),
    "view_create": (USER, USER),
    "view_edit": (USER, USER),
    "update_view": (NOBODY, USER),
    "delete_view": (NOBODY, USER),
    "tag_list": (USER, USER),
    "tag_edit": (USER, USER),
    "merge_tags": (NOBODY, USER),
    "delete_tag": (NOBODY, USER),
    "address_edit": (ADMIN, ADMIN),
    "organization_data": (OWNER, OWNER),
    "ask_for_archive": (NOBODY, OWNER),
    "archive_download": (OWNER, NOBODY),
    "field_list": (ADMIN, NOBODY),
    "field_create": (ADMIN, ADMIN),
    "field_edit": (ADMIN, ADMIN),
    "archive_field": (NOBODY, ADMIN),
    "unarchive_field": (NOBODY, ADMIN),
    "delete_field": (NOBODY, ADMIN),
    "arrange_fields": (NOBODY, ADMIN),
    "record_custom": (USER, USER),
    "restore_value": (NOBODY, USER),
    "token_list": (ADMIN, NOBODY),
    "token_create": (ADMIN, ADMIN),
    "revoke_api_token": (NOBODY, ADMIN),
    "audit_log": (ADMIN, NOBODY),
    "profile_edit": (USER, USER),
    "import_list": (MANAGER, NOBODY),
    "import_create": (MANAGER, MANAGER),
    "import_detail": (MANAGER, NOBODY),
    "import_mapping": (MANAGER, MANAGER),
    "reread_import": (NOBODY, MANAGER),
    "run_import": (NOBODY, MANAGER),
    "resume_import": (NOBODY, MANAGER),
    "undo_import": (NOBODY, MANAGER),
    "import_failed_rows": (MANAGER, NOBODY),
    "import_result": (MANAGER, NOBODY),
}
# For strangers too: signing in and out, passwords, invitations, the language.
OPEN = {
    "account_confirm_email", "account_inactive", "account_login", "account_logout", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_signup", "complete_handover", "accept_invitation", "set_language",
}  # fmt: skip
# For everybody who is signed in, whatever the role: one's own account.
ONE_S_OWN = {"account_change_password", "send_verification_mail"}
PAGES = [address for address in addresses_of(settings.ROOT_URLCONF) if not address.is_api]


def test_every_page_is_in_the_matrix() -> None:
    assert {address.name for address in PAGES} == set(MATRIX) | OPEN | ONE_S_OWN


def is_high_enough(role: Role, lowest: Lowest) -> bool:
    return lowest is not None and LADDER.index(role) >= LADDER.index(lowest)


@pytest.mark.parametrize("role", LADDER)
@pytest.mark.parametrize("address", [a for a in PAGES if a.name in MATRIX], ids=lambda address: address.name)
def test_who_may_look_and_who_may_act(
    address: Address,
    role: Role,
    belongings: dict[str, Any],
    alpha: OrganizationRef,
    browser_of: Callable[..., Client],
) -> None:
    path, browser = address.path(belongings["alpha"]), browser_of(alpha, role)
    for method, lowest in zip((browser.get, browser.post), MATRIX[address.name], strict=True):
        response = method(path)
        if response.streaming:
            response.getvalue()  # read to its end, so that the file is closed
        status = response.status_code
        if lowest is NOBODY:
            assert status == 405
        else:
            assert (status == 403) is not is_high_enough(role, lowest), (status, method)
            assert status < 500


@pytest.mark.parametrize(
    "address", [a for a in PAGES if a.name in MATRIX or a.name in ONE_S_OWN], ids=lambda a: a.name
)
def test_a_stranger_is_sent_to_sign_in(
    address: Address, belongings: dict[str, Any], alpha: OrganizationRef, browser_of: Callable[..., Client]
) -> None:
    path, stranger = address.path(belongings["alpha"]), browser_of(alpha)
    for response in (stranger.get(path), stranger.post(path)):
        assert response.status_code in {302, 405}
        if response.status_code == 302:
            assert response["Location"].startswith("/accounts/login/")


def test_the_matrix_hides_nothing_from_the_owner() -> None:
    assert not [name for name, lowest in MATRIX.items() if set(lowest) == {NOBODY}]
