import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
import segno
from pypdf import PdfReader

from tenant_apps.documents.adapters import FONT_DIRECTORY, RenderFailed, drawable, render_pdf

ROOT = Path(__file__).resolve().parents[2]
PANGRAM = "Ах, чудна българска земьо, полюшвай цъфтящи жита: ѝ, № 5, „кавички“, 1 234,56 €"


def page(body: str) -> str:
    return f"<html><head><style>html, body {{ font-family: Tefter }}</style></head><body>{body}</body></html>"


def text_of(pdf: bytes) -> str:
    return "\n".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages)


def png(width: int = 10) -> bytes:
    content = BytesIO()
    segno.make_qr("Тефтер").save(content, kind="png", scale=width)
    return content.getvalue()


def test_cyrillic_is_written_with_embedded_fonts():
    pdf = render_pdf(page(f"<p>{PANGRAM}</p><p><b>{PANGRAM}</b></p>"))
    assert " ".join(text_of(pdf).split()) == f"{PANGRAM} {PANGRAM}"
    fonts = PdfReader(BytesIO(pdf)).pages[0]["/Resources"]["/Font"]
    embedded = [font.get_object() for font in fonts.values()]
    assert any("IBMPlexSans-SmBld" in font["/BaseFont"] for font in embedded)
    assert any("/FontFile2" in font["/FontDescriptor"] for font in embedded if "/FontDescriptor" in font)


def test_equal_documents_have_equal_bytes():
    first, second = (render_pdf(page("<p>Едно и също</p>")) for _ in range(2))
    assert first == second


def test_images_come_from_memory():
    pdf = render_pdf(page('<img src="memory:code">'), images={"code": png()})
    assert len(PdfReader(BytesIO(pdf)).pages[0].images) == 1


@pytest.mark.parametrize(
    "body",
    [
        '<img src="/etc/passwd">',
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="https://example.com/x.png">',
        '<img src="memory:missing">',
        '<p style="font-family: Comic">x</p>',
        "<style>@font-face { font-family: X; src: url('/usr/share/fonts/x.ttf') }</style><p>я</p>",
    ],
)
def test_nothing_outside_is_read_and_the_failure_is_told(body):
    with pytest.raises(RenderFailed):
        render_pdf(page(body))


def test_a_letter_without_a_font_fails_rather_than_printing_a_square():
    with pytest.raises(RenderFailed, match="No font"):
        render_pdf(page("<p>株式会社</p>"))


def test_strange_letters_are_written_in_ours():
    assert drawable("Фирма 株 😀 \t„Ä“\n") == "Фирма Zhu :grinning: \t„Ä“\n"
    assert "Фирма Zhu" in text_of(render_pdf(page(f"<p>{drawable('Фирма 株')}</p>")))


@pytest.mark.parametrize(
    ("strange", "written"),
    [
        ("👩💻", ":woman::computer:"),
        ("\u0000\u0007\u2063", ""),
        ("＜b＞＆", "&lt;b&gt;&amp;"),
        ("\ue000", "?"),
        ("Ελλάς café Žižka", "Ελλάς café Žižka"),
    ],
)
def test_no_letter_prevents_a_document(strange, written):
    assert drawable(strange) == written


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"%PDF-1.7"])
def test_what_is_no_image_is_refused(content):
    with pytest.raises(RenderFailed, match="neither PNG"):
        render_pdf(page('<img src="memory:logo">'), images={"logo": content})


def test_the_fonts_bear_their_licence():
    assert "OPEN FONT LICENSE" in (FONT_DIRECTORY / "LICENSE.txt").read_text().upper()


def test_the_heavy_library_is_loaded_on_first_use():
    module = "tenant_apps.documents.adapters"
    script = f"import sys, {module}; print('xhtml2pdf' in sys.modules)"
    command = [sys.executable, "-c", script]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"
