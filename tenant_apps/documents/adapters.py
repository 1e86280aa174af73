"""HTML to PDF. The only module that knows xhtml2pdf, which is slow to import and so imported on first use."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from types import ModuleType
from unicodedata import category

FONT_DIRECTORY = Path(__file__).resolve().parents[2] / "static" / "fonts" / "pdf"
FONT_FACES = {"normal": "IBMPlexSans-Regular.ttf", "bold": "IBMPlexSans-SemiBold.ttf"}
FONT_FAMILY = "Tefter"
IMAGE_SCHEME = "memory:"
NOT_DRAWABLE = "?"
CONTROLS = frozenset(range(32))
UNSEEN = frozenset({"Cc", "Cf", "Mn", "Me"})
LAYOUT = frozenset(map(ord, "\n\r\t"))
MOST_BYTES = 10 * 1024 * 1024

_IMAGE_TYPES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


class RenderFailed(Exception):
    """The document could not be made as its template says; the message lists what went wrong."""


def render_pdf(html: str, *, images: Mapping[str, bytes] | None = None) -> bytes:
    """Render HTML (the CSS subset of xhtml2pdf, font family "Tefter") to PDF; equal input gives equal bytes.

    An `<img src="memory:logo">` shows `images["logo"]`, bytes of a PNG, JPEG or GIF. Nothing else is read
    but our fonts: no file, no address. Raises RenderFailed for anything the renderer stumbles over.
    """
    pictures = {f"{IMAGE_SCHEME}{name}": _data_uri(content) for name, content in (images or {}).items()}
    result = BytesIO()
    try:
        status = _pisa().CreatePDF(
            html,
            dest=result,
            encoding="utf-8",
            default_css=_default_css(),
            link_callback=lambda uri, _: pictures.get(uri, uri),
            resource_policy=_policy(),
        )
    except Exception as error:
        raise RenderFailed(f"{type(error).__name__}: {error}") from error
    if status.err or status.warn:
        raise RenderFailed("; ".join(f"{kind}, line {line}: {text}" for kind, line, text, _ in status.log))
    return result.getvalue()


def drawable(html: str) -> str:
    """Write what our fonts have no letter for in letters that they have, so that no name prevents a document:
    株式会社 → ZhuShiHuiShe, 😀 → :grinning:. What nobody can write becomes a question mark; what has no width
    and control characters go.
    """
    strange = {ord(character) for character in set(html)} - (_code_points() - CONTROLS) - LAYOUT
    return html.translate({code: _in_our_letters(chr(code)) for code in strange})


def _in_our_letters(character: str) -> str:
    """A character as HTML in letters of our fonts."""
    if category(character) in UNSEEN:
        return ""
    from anyascii import anyascii

    return escape(anyascii(character)) or NOT_DRAWABLE


def _data_uri(content: bytes) -> str:
    for signature, media_type in _IMAGE_TYPES.items():
        if content.startswith(signature):
            return f"data:{media_type};base64,{b64encode(content).decode('ascii')}"
    raise RenderFailed("an image is neither PNG nor JPEG nor GIF")


@cache
def _pisa() -> ModuleType:
    import reportlab.rl_config
    from xhtml2pdf import pisa

    reportlab.rl_config.invariant = (
        1  # no dates and no random id inside: the same document has the same checksum
    )
    return pisa


@cache
def _code_points() -> frozenset[int]:
    from reportlab.pdfbase.ttfonts import TTFontFile

    faces = (TTFontFile(str(FONT_DIRECTORY / name)) for name in FONT_FACES.values())
    return frozenset.intersection(*(frozenset(face.charToGlyph) for face in faces))


@cache
def _policy() -> object:
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    return ResourceAccessPolicy.server(FONT_DIRECTORY, allow_remote=False, max_document_bytes=MOST_BYTES)


@cache
def _default_css() -> str:
    from xhtml2pdf.default import DEFAULT_CSS

    return "\n".join((*map(_font_face, FONT_FACES.items()), DEFAULT_CSS))


def _font_face(face: tuple[str, str]) -> str:
    weight, file = face
    source = f"src: url('{FONT_DIRECTORY / file}')"
    return f"@font-face {{ font-family: {FONT_FAMILY}; font-weight: {weight}; {source} }}"
