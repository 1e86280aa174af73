from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class IntegrationEvent(StrEnum):
    TOKEN_CREATED = "integrations.api_token_created"  # noqa: S105
    TOKEN_REVOKED = "integrations.api_token_revoked"  # noqa: S105


SENTENCES: dict[str, Text] = {
    IntegrationEvent.TOKEN_CREATED: _("%(actor)s created the API token %(subject)s"),
    IntegrationEvent.TOKEN_REVOKED: _("%(actor)s revoked the API token %(subject)s"),
}
