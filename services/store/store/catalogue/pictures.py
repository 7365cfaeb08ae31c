"""Pictures of books: real images only, made anew so that nothing else travels in the file."""

import hashlib
import warnings
from io import BytesIO
from typing import IO, NamedTuple

from PIL import Image, ImageOps

LARGEST_PIXELS = 25_000_000
LARGEST_SIDES_PX = (1200, 1800)
SMALL_SIDES_PX = (160, 240)
JPEG_QUALITY = 85
FORMATS = ["JPEG", "PNG", "WEBP", "GIF"]
BROKEN = "The file is not a picture (JPEG, PNG, WebP or GIF), or it is damaged."


class NotAPicture(Exception):
    """The bytes are no image we take; the text says why."""


class Picture(NamedTuple):
    jpeg: bytes
    sha256: str
    width: int
    height: int


def look_at(file: IO[bytes]) -> None:
    """This function will refuse what its first bytes give away as no picture of ours. Nothing is decoded.

    :raises NotAPicture:
    """
    try:
        _opened(file)
    except NotAPicture:
        raise
    except Exception:  # Pillow's readers raise nearly anything for a broken file
        raise NotAPicture(BROKEN) from None
    finally:
        file.seek(0)


def remake(file: IO[bytes], sides_px: tuple[int, int] = LARGEST_SIDES_PX) -> Picture:
    """This function will decode the image and encode it as a JPEG of at most so many pixels, 1200 × 1800 by itself.

    :raises NotAPicture: if it is none, is broken, or is larger than 25 million pixels.
    """
    try:
        image = _opened(file)
        # A large JPEG is decoded at a fraction of its size, but at more than we need.
        image.draft("RGB", (2 * max(sides_px),) * 2)
        image = ImageOps.exif_transpose(image).convert("RGB")
    except NotAPicture:
        raise
    except Exception:  # Pillow's decoders raise nearly anything for a broken file
        raise NotAPicture(BROKEN) from None
    image.thumbnail(sides_px)
    out = BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    jpeg = out.getvalue()
    return Picture(jpeg, hashlib.sha256(jpeg).hexdigest(), image.width, image.height)


def _opened(file: IO[bytes]) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = Image.open(file, formats=FORMATS)
    if image.width * image.height > LARGEST_PIXELS:
        raise NotAPicture("The picture is larger than 25 million pixels.")
    return image
