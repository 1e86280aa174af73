"""The one list of what a person may do. Roles gather them in `accounts.roles`; operations name one each."""

from enum import StrEnum


class Permission(StrEnum):
    COMPANIES_VIEW = "companies.view"
    COMPANIES_EDIT = "companies.edit"
    CONTACTS_VIEW = "contacts.view"
    CONTACTS_EDIT = "contacts.edit"
    DEALS_VIEW = "deals.view"
    DEALS_EDIT = "deals.edit"
    PIPELINES_MANAGE = "pipelines.manage"
    TASKS_VIEW = "tasks.view"
    TASKS_EDIT = "tasks.edit"
    TIME_VIEW = "time.view"
    TIME_EDIT = "time.edit"
    NOTES_VIEW = "notes.view"
    NOTES_EDIT = "notes.edit"
    PRODUCTS_VIEW = "products.view"
    PRODUCTS_EDIT = "products.edit"
    INVOICES_VIEW = "invoices.view"
    INVOICES_EDIT = "invoices.edit"
    INVOICES_ISSUE = "invoices.issue"
    INVOICES_ANNUL = "invoices.annul"
    INVOICES_SEND = "invoices.send"
    OFFERS_VIEW = "offers.view"
    OFFERS_EDIT = "offers.edit"
    OFFERS_SEND = "offers.send"
    OFFERS_ANSWER = "offers.answer"
    PAYMENTS_VIEW = "payments.view"
    PAYMENTS_RECORD = "payments.record"
    PAYMENTS_MATCH = "payments.match"
    PAYMENTS_VOID = "payments.void"
    DASHBOARD_VIEW = "dashboard.view"
    REPORTS_VIEW = "reports.view"
    BOOKS_VIEW = "books.view"
    BOOKS_HAND_OVER = "books.hand_over"
    LISTS_EXPORT = "lists.export"
    LISTS_BULK = "lists.bulk"
    VIEWS_SHARE = "views.share"
    FIELDS_MANAGE = "fields.manage"
    TAGS_EDIT = "tags.edit"
    RECORDS_MERGE = "records.merge"
    IMPORTS_RUN = "imports.run"
    ORGANIZATION_VIEW = "organization.view"
    ORGANIZATION_EDIT = "organization.edit"
    ORGANIZATION_EXPORT = "organization.export"
    ORGANIZATION_CLOSE = "organization.close"
    TEAM_VIEW = "team.view"
    TEAM_MANAGE = "team.manage"
    TOKENS_MANAGE = "tokens.manage"
    AUDIT_VIEW = "audit.view"
    RECORDS_SHARE = "records.share"
    RECORDS_VIEW_ALL = "records.view_all"
    PLATFORM_OPERATE = "platform.operate"

    @property
    def area(self) -> str:
        """The part before the dot: the noun that API scopes are named after."""
        return self.value.split(".")[0]

    @property
    def reads(self) -> bool:
        """Whether the permission only looks."""
        return self.value.split(".")[1] in {"view", "view_all"}
