"""Who else made a book, beside its authors: roles as ONIX has them (code list 17), and in words."""

from collections.abc import Iterable, Mapping

MOST_CONTRIBUTORS, LONGEST_NAME = 50, 200
ROLES = {
    "A02": "with",
    "A03": "screenplay by",
    "A04": "libretto by",
    "A05": "lyrics by",
    "A06": "music by",
    "A07": "art by",
    "A08": "photographs by",
    "A09": "created by",
    "A10": "from an idea by",
    "A11": "designed by",
    "A12": "illustrated by",
    "A13": "photographs by",
    "A14": "text by",
    "A15": "preface by",
    "A16": "prologue by",
    "A19": "afterword by",
    "A20": "notes by",
    "A21": "commentaries by",
    "A22": "epilogue by",
    "A23": "foreword by",
    "A24": "introduction by",
    "A29": "introduction and notes by",
    "A32": "contributions by",
    "A33": "appendix by",
    "A34": "index by",
    "A35": "drawings by",
    "A36": "cover by",
    "A38": "original author:",
    "A39": "maps by",
    "A45": "comic script by",
    "B01": "edited by",
    "B02": "revised by",
    "B03": "retold by",
    "B04": "abridged by",
    "B05": "adapted by",
    "B06": "translated by",
    "B08": "translated with a commentary by",
    "B09": "series edited by",
    "B10": "edited and translated by",
    "B11": "edited in chief by",
    "B12": "guest editor:",
    "B13": "volume edited by",
    "B21": "general editor:",
    "C01": "compiled by",
    "C02": "selected by",
    "E03": "narrated by",
    "E07": "read by",
}


def in_words(contributors: Iterable[Mapping[str, str]]) -> str:
    """“Illustrated by Ada Okafor; translated by Jon Tolk”, in the order of the title page."""
    names: dict[str, list[str]] = {}
    for one in contributors:
        names.setdefault(one["role"], []).append(one["name"])
    told = "; ".join(f"{ROLES.get(role, f'role {role}:')} {', '.join(of)}" for role, of in names.items())
    return told[:1].upper() + told[1:]
