"""Every operation names its permission, and every one that records nothing says why."""

import inspect
import sys
from importlib import import_module
from pathlib import Path

from django.apps import apps

from shared_apps.core.operation import REGISTER
from shared_apps.core.permissions import Permission

for _app in apps.get_app_configs():
    if (Path(_app.path) / "operations.py").exists() or (Path(_app.path) / "operations").exists():
        import_module(f"{_app.name}.operations")

# Operations that need no permission: they are reached before there is a role, about oneself, or from inside
# another operation.
OPEN = {
    "accounts.accept_invitation",
    "accounts.begin_handover",
    "accounts.change_profile",
    "accounts.choose_language",
    "accounts.complete_handover",
    "accounts.create_user",
    "accounts.found_organization",
    "accounts.join_by_invitation",
    "accounts.note_mail_sent",
    "accounts.note_sign_in",
    "accounts.queue_account_mail",
    "accounts.queue_verification_mail",
    "accounts.set_password",
    "accounts.verify_email",
    "files.store_file",
    "integrations.claim_key",
    "integrations.forget_old_keys",
    "integrations.keep_answer",
    "integrations.note_token_use",
    "integrations.settle_sweep",
    "messages.mark_all_notifications_read",
    "messages.mark_notification_read",
    "messages.notify",
    "messages.queue_message",
    "online_payments.ask_again",
    "online_payments.request_checkout",
    "plans.choose_plan",
    "sharing.ensure_public_link",
    "sharing.note_link_opened",
    "tenants.create_organization",
    "website.found_company",
    "website.sign_up",
    "workspace.change_view",
    "workspace.delete_view",
    "workspace.mirror_member",
    "workspace.remember_layout",
    "workspace.restore_value",
    "workspace.save_view",
    "workspace.take_number",
    "workspace.update_view",
}


def test_the_operations_without_a_permission_are_these() -> None:
    assert {name for name, entry in REGISTER.items() if entry.permission is None} == OPEN


def test_every_operation_says_what_it_does() -> None:
    assert [name for name, entry in REGISTER.items() if not entry.function.__doc__] == []


def test_every_permission_is_used() -> None:
    named = {entry.permission for entry in REGISTER.values()}
    asked = "".join(inspect.getsource(sys.modules[entry.function.__module__]) for entry in REGISTER.values())
    named |= {one for one in Permission if f"by.require(Permission.{one.name})" in asked}
    looks_only = {permission for permission in Permission if permission.reads}
    assert set(Permission) - named - looks_only == set()
