"""Covers: the same book, the same picture; everything readable and inside the board."""

from io import BytesIO

import pytest
from PIL import Image

from store.catalogue.pictures import remake
from store.demo import motifs
from store.demo.classics import classics
from store.demo.covers import BINDINGS, TITLE_SIZES, draw_cover
from store.demo.lettering import ROMAN, fit, font, typeset

LARGEST_BYTES = 72_000
EMMA = {"isbn13": "9786999000018", "title": "Emma", "authors": ["Jane Austen"], "category": ("Fiction", "Society")}


def luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_cover_is_a_picture_the_catalogue_takes():
    picture = remake(BytesIO(draw_cover(**EMMA)))
    assert (picture.width, picture.height) == (600, 900)


def test_the_same_book_gets_the_same_picture():
    assert draw_cover(**EMMA) == draw_cover(**EMMA)


@pytest.mark.parametrize("change", [{"isbn13": "9786999000025"}, {"title": "Emmeline"}, {"authors": ["Bob"]}])
def test_another_book_gets_another_picture(change):
    assert draw_cover(**EMMA) != draw_cover(**EMMA | change)


@pytest.mark.parametrize("binding", BINDINGS)
def test_the_lettering_stands_out_from_the_cloth(binding):
    dark, light = sorted([luminance(binding.cloth), luminance(binding.foil)])
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_typeface_has_every_letter_of_every_classic():
    face = font(ROMAN, 40)
    missing = bytes(face.getmask("\U0010ffff"))
    for book in classics():
        for letter in set(typeset(f"{book.title}{book.subtitle}{''.join(book.authors).upper()}")) - {" "}:
            assert bytes(face.getmask(letter)) != missing, (letter, book.title)


@pytest.mark.parametrize("width", [344, 436, 458])
def test_every_title_fits_without_being_cut(width):
    for book in classics():
        title = typeset(book.title)
        block = fit(title, width=width, height=300, sizes=TITLE_SIZES)
        assert " ".join(block.lines) == title
        assert all(font(ROMAN, block.size).getlength(line) <= width for line in block.lines), title
        assert block.height <= 300


def test_a_title_that_can_never_fit_is_cut_with_an_ellipsis():
    for title in ("Word " * 80, "Donaudampfschifffahrt" * 6):
        block = fit(title, width=344, height=300, sizes=TITLE_SIZES)
        assert block.lines[-1].endswith("…") and block.height <= 300
        assert all(font(ROMAN, block.size).getlength(line) <= 344 for line in block.lines)


def test_lines_are_even_and_do_not_end_with_an_article():
    block = fit("The Tenant of Wildfell Hall", width=344, height=300, sizes=TITLE_SIZES)
    assert not any(line.split()[-1].lower() in {"the", "of"} for line in block.lines)


def test_apostrophes_are_set_as_printers_do():
    assert typeset("Tess of the d'Urbervilles") == "Tess of the d’Urbervilles"


def test_the_closest_category_decides_the_motif():
    assert motifs.of_category(("Poetry", "Epic")) is motifs.meander
    assert motifs.of_category(("Poetry", "Haiku")) is motifs.sprigs
    assert motifs.of_category(("Gardening",)) is motifs.wallpaper


def test_every_motif_marks_the_sheet_without_filling_it():
    for motif in set(motifs.BY_CATEGORY.values()):
        ink = sum(motifs.mask(motif).resize((60, 90), Image.Resampling.BOX).tobytes()) / 255 / (60 * 90)
        assert 0.02 < ink < 0.5, motif.__name__


def test_covers_are_small_files():
    sizes = []
    for book in list(classics())[:60]:
        cover = draw_cover(
            isbn13=book.isbn13,
            title=book.title,
            subtitle=book.subtitle,
            authors=list(book.authors),
            category=book.categories[0],
        )
        sizes.append(len(cover))
    assert max(sizes) <= LARGEST_BYTES
    assert sum(sizes) / len(sizes) <= LARGEST_BYTES * 2 / 3
