"""What no answer below a client's address may leave behind, also one that no view gave: the door's own
headers come too late for what breaks, and for an address that is mistyped behind its token.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenant_apps.client_portal.views.door import private

CLIENT_ADDRESSES = ("/p/", "/pay/return/")
Respond = Callable[[HttpRequest], HttpResponse]


class PrivateAddressesMiddleware:
    """Answers below the addresses of clients are for nobody to keep, to index, or to tell others of."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        return private(response) if request.path.startswith(CLIENT_ADDRESSES) else response
