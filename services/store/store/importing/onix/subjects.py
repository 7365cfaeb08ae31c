"""Subjects as categories of ours: paths of names, since nobody browses by codes."""

from store.importing.onix.tree import Element
from store.importing.rows import LONGEST_CATEGORY

THEMA, BISAC = "93", "10"  # code list 27
MOST_CATEGORIES = 10
# The first letter of a Thema code; the lists below each are long and belong to EDItEUR.
THEMA_SUBJECTS = {
    "A": "The Arts",
    "C": "Language and Linguistics",
    "D": "Biography and Literature",
    "F": "Fiction",
    "G": "Reference and Information",
    "J": "Society and Social Sciences",
    "K": "Economics, Business and Management",
    "L": "Law",
    "M": "Medicine and Nursing",
    "N": "History and Archaeology",
    "P": "Mathematics and Science",
    "Q": "Philosophy and Religion",
    "R": "Earth Sciences and Environment",
    "S": "Sports and Outdoor Recreation",
    "T": "Technology, Engineering and Agriculture",
    "U": "Computing",
    "V": "Health and Personal Development",
    "W": "Lifestyle, Hobbies and Leisure",
    "X": "Graphic Novels and Comics",
    "Y": "Children and Teenagers",
}


def categories_of(record: Element) -> tuple[tuple[str, ...], ...]:
    """The BISAC headings of a record as paths; without any, the first letters of its Thema subjects."""
    subjects = sorted(record.all("DescriptiveDetail", "Subject"), key=lambda subject: not subject.has("MainSubject"))
    paths = [_heading(subject) for subject in subjects if subject.text("SubjectSchemeIdentifier") == BISAC]
    if not any(paths):
        letters = [s.text("SubjectCode")[:1] for s in subjects if s.text("SubjectSchemeIdentifier") == THEMA]
        paths = [(THEMA_SUBJECTS[letter],) for letter in letters if letter in THEMA_SUBJECTS]
    return tuple(path for path in dict.fromkeys(paths) if path)[:MOST_CATEGORIES]


def _heading(subject: Element) -> tuple[str, ...]:
    """“FICTION / Literary” as Fiction > Literary."""
    names = [name.strip()[:LONGEST_CATEGORY] for name in subject.text("SubjectHeadingText").split("/")]
    return tuple(name.capitalize() if name.isupper() else name for name in names if name)
