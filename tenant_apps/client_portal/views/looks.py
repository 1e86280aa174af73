"""The organization's logo and colours, each at an address of its own as the pages' policy wants it."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse

from shared_apps.core.colors import contrast_on_white, is_color, readable_on_white
from tenant_apps.client_portal import rules
from tenant_apps.client_portal.views.door import Request, opened
from tenant_apps.files.queries import read_bytes
from tenant_apps.workspace.queries import profile

READABLE = 4.5


@opened(*rules.PERMISSIONS)
def public_logo(request: Request) -> HttpResponse:
    logo = profile().logo
    if logo is None:
        raise ObjectDoesNotExist()
    return HttpResponse(
        read_bytes(logo), content_type=logo.content_type, headers={"Content-Disposition": "inline"}
    )


@opened(*rules.PERMISSIONS)
def public_colors(request: Request) -> HttpResponse:
    """Nothing where the organization has chosen no colour: then ours stand."""
    return HttpResponse(styles_in(profile().accent_color), content_type="text/css; charset=utf-8")


def styles_in(color: str) -> str:
    """The variables of the pages in a colour such as `#1d4ed8`: words on it are black or white, whichever is
    read better, and words in it are darkened until they can be read.
    """
    if not is_color(color):
        return ""
    on_color = "#fff" if contrast_on_white(color) >= READABLE else "#000"
    fill = f"--accent: {color}; --accent-strong: {color}; --on-accent: {on_color};"
    return (
        f":root .portal {{ {fill} --brand: {color}; }}\n"
        f'[data-bs-theme="light"] .portal {{ --accent-ink: {readable_on_white(color)}; }}\n'
    )
