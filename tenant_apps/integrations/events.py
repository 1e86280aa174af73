from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class IntegrationEvent(StrEnum):
    TOKEN_CREATED = "integrations.api_token_created"
    TOKEN_REVOKED = "integrations.api_token_revoked"


SENTENCES = {
    IntegrationEvent.TOKEN_CREATED: _("%(actor)s created the API token %(subject)s"),
    IntegrationEvent.TOKEN_REVOKED: _("%(actor)s revoked the API token %(subject)s"),
}
