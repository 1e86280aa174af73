"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, Any]:
    """The organization, the member and the actor of the request (each None where there is none)."""
    return {
        "organization": getattr(request, "organization", None),
        "member": getattr(request, "member", None),
        "actor": getattr(request, "actor", None),
        "base_domain": settings.BASE_DOMAIN,
    }
