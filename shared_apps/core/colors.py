"""Colours that an organization chooses, and whether they can be read."""

import re

READABLE = 4.5
_HEX = re.compile(r"#[0-9a-f]{6}")
_DARKER = 0.94


def is_color(text: str) -> bool:
    """Say whether it is a colour as we keep it: `#` and six lower-case hexadecimal digits."""
    return bool(_HEX.fullmatch(text))


def contrast_on_white(color: str) -> float:
    """Return the contrast of a colour on white paper as WCAG 2 counts it, from 1 (white) to 21 (black)."""
    return 1.05 / (_luminance(_channels(color)) + 0.05)


def readable_on_white(color: str) -> str:
    """Return the colour itself where words in it can be read on white (4.5 and above), else a darker one."""
    channels = _channels(color)
    while 1.05 / (_luminance(channels) + 0.05) < READABLE:
        channels = tuple(int(channel * _DARKER) for channel in channels)
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[place : place + 2], 16) for place in (1, 3, 5))


def _luminance(channels: tuple[int, ...]) -> float:
    red, green, blue = (_linear(channel / 255) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4
