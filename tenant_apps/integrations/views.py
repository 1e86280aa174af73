from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import Refused
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page
from shared_apps.core.permissions import Permission
from tenant_apps.integrations import operations, queries
from tenant_apps.integrations.forms import ApiTokenForm


@page(Permission.TOKENS_MANAGE)
def token_list(request: ActorRequest) -> HttpResponse:
    at = clock.now()
    tokens = [(token, token.status_at(at)) for token in queries.all_tokens()]
    return render(request, "integrations/token_list.html", {"tokens": tokens})


@page(Permission.TOKENS_MANAGE)
def token_create(request: ActorRequest) -> HttpResponse:
    return form_page(request, "integrations/token_create.html", ApiTokenForm())


@token_create.act
def create_api_token(request: ActorRequest) -> HttpResponse:
    """On success the answer itself shows the secret: it is kept nowhere, so no page could show it."""
    form, at = ApiTokenForm(request.POST), clock.now()
    if form.is_valid():
        try:
            token, secret = operations.create_api_token(
                user_id=cast(UUID, request.actor.id),
                name=form.cleaned_data["name"],
                scopes=form.chosen_scopes(),
                expires_at=form.expires_at(at),
                by=request.actor,
                at=at,
            )
            response = render(request, "integrations/token_created.html", {"token": token, "secret": secret})
            response["Cache-Control"] = "no-store"
            return response
        except Refused as refusal:
            add_refusal(form, refusal)
    return form_page(request, "integrations/token_create.html", form)


@act(Permission.TOKENS_MANAGE)
def revoke_api_token(request: ActorRequest, token_id: UUID) -> HttpResponse:
    token = operations.revoke_api_token(token_id=token_id, by=request.actor, at=clock.now())
    return done(
        request, to="token_list", message=_("The token “%(name)s” no longer works.") % {"name": token.name}
    )
