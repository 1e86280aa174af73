"""Pictures. The only module here that knows Pillow, which is slow to import and so imported on first use."""

from io import BytesIO

PICTURE_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
MOST_PIXELS = 10_000_000


def picture_type(content: bytes) -> str | None:
    """Return `image/png` or `image/jpeg`; None for what is neither, cannot be drawn to its end, or would fill
    the memory.
    """
    from PIL import Image

    broken = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(content), formats=[*PICTURE_TYPES]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.load()
            return PICTURE_TYPES[picture.format or ""]
    except broken:
        return None
