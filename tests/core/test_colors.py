import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.colors import contrast_on_white, is_color, readable_on_white

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(("color", "contrast"), [("#ffffff", 1), ("#000000", 21), ("#767676", 4.54)])
def test_contrast_is_as_wcag_counts_it(color, contrast):
    assert contrast_on_white(color) == pytest.approx(contrast, abs=0.01)


@given(COLORS)
def test_words_in_any_colour_can_be_read(color):
    readable = readable_on_white(color)
    assert is_color(readable) and contrast_on_white(readable) >= 4.5
    assert (readable == color) == (contrast_on_white(color) >= 4.5)


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345G", "#1234567", "1d4ed8"])
def test_what_is_no_colour(text):
    assert not is_color(text)
