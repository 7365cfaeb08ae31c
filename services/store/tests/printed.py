"""What a scanner reads off printed paper, and the words on it."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

DOTS_PER_INCH = 200  # what a plain office printer does at least


def words_of(pdf: bytes) -> list[str]:
    """The text of each page, in one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def codes_on(pdf: bytes, folder: Path) -> list[list[str]]:
    """For each page the barcodes on it, as SYMBOLOGY:text, sorted."""
    if not (shutil.which("pdftoppm") and shutil.which("zbarimg")):
        pytest.skip("no pdftoppm or zbarimg (Debian, Ubuntu: apt-get install poppler-utils zbar-tools)")
    file = folder / "printed.pdf"
    file.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "-png", file, folder / "page"], check=True)
    return [_read(picture) for picture in sorted(folder.glob("page*.png"))]


def _read(picture: Path) -> list[str]:
    command = ["zbarimg", "--quiet", "--nodbus", picture]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return sorted(said.split("\n"))[1:]
