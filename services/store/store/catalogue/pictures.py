"""Pictures of books: real images only, made anew so that nothing else travels in the file."""

import hashlib
import warnings
from io import BytesIO
from typing import IO, NamedTuple

from PIL import Image, ImageOps

LARGEST_PIXELS = 25_000_000
LARGEST_SIDES_PX = (1200, 1800)
JPEG_QUALITY = 85
FORMATS = ["JPEG", "PNG", "WEBP", "GIF"]


class NotAPicture(Exception):
    """The bytes are no image we take; the text says why."""


class Picture(NamedTuple):
    jpeg: bytes
    sha256: str
    width: int
    height: int


def remake(file: IO[bytes]) -> Picture:
    """This function will decode the image and encode it as a JPEG of at most 1200 × 1800 pixels.

    :raises NotAPicture: if it is none, is broken, or is larger than 25 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=FORMATS)
            if image.width * image.height > LARGEST_PIXELS:
                raise NotAPicture("The picture is larger than 25 million pixels.")
            # A large JPEG is decoded at a fraction of its size, but at more than we need: somebody waits for the page.
            image.draft("RGB", (2 * max(LARGEST_SIDES_PX),) * 2)
            image = ImageOps.exif_transpose(image).convert("RGB")
    except NotAPicture:
        raise
    except Exception:  # Pillow's decoders raise nearly anything for a broken file
        raise NotAPicture("The file is not a picture (JPEG, PNG, WebP or GIF), or it is damaged.") from None
    image.thumbnail(LARGEST_SIDES_PX)
    out = BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    jpeg = out.getvalue()
    return Picture(jpeg, hashlib.sha256(jpeg).hexdigest(), image.width, image.height)
