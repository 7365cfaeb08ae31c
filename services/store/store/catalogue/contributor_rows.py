"""Who else made a book, as a form has it: a row for each, with place, role and name. The places say the order."""

import re

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from store.catalogue.contributors import LONGEST_NAME, MOST_CONTRIBUTORS, ROLES, in_words

EMPTY_ROWS = 3
PARTS = ("place", "role", "name")
Contributor = dict[str, str]


class ContributorRows(forms.Widget):
    """Rows of inputs. A row without a name says nothing, so emptying a name takes it out."""

    class Media:
        css = {"all": ["store/contributors.css"]}

    def render(self, name, value, attrs=None, renderer=None):
        known = value or []
        rows = [*known, *[{"role": "", "name": ""}] * EMPTY_ROWS]
        drawn = (self._row(name, number, row, number < len(known)) for number, row in enumerate(rows))
        return format_html(
            '<table class="contributors"><thead><tr><th scope="col">Place</th><th scope="col">Role</th>'
            '<th scope="col">Name</th></tr></thead><tbody>{}</tbody>{}</table>',
            format_html_join("", "{}", ((row,) for row in drawn)),
            format_html('<tfoot><tr><td colspan="3">{}</td></tr></tfoot>', in_words(known)) if known else "",
        )

    def _row(self, name: str, number: int, row: Contributor, is_known: bool):
        choices = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (role, mark_safe(" selected") if role == row["role"] else "", words)
                for role, words in _choices(row["role"])
            ),
        )
        return format_html(
            '<tr><td><input type="number" min="1" max="99" name="{0}-{1}-place" value="{2}" aria-label="Place of contributor {3}">'
            '</td><td><select name="{0}-{1}-role" aria-label="Role of contributor {3}">{4}</select></td>'
            '<td><input type="text" class="vTextField" maxlength="{5}" name="{0}-{1}-name" value="{6}" '
            'aria-label="Name of contributor {3}"></td></tr>',
            name,
            number,
            row.get("place", number + 1 if is_known else ""),
            number + 1,
            choices,
            LONGEST_NAME,
            row["name"],
        )

    def id_for_label(self, id_):
        return ""

    def value_omitted_from_data(self, data, files, name):
        return f"{name}-0-name" not in data

    def value_from_datadict(self, data, files, name) -> list[Contributor] | None:
        """The rows with a name, in the order of their places; None if the form had no rows at all."""
        if self.value_omitted_from_data(data, files, name):
            return None
        rows = []
        for number in range(MOST_CONTRIBUTORS + EMPTY_ROWS + 1):
            row = {part: data.get(f"{name}-{number}-{part}", "").strip() for part in PARTS}
            if row["name"]:
                rows.append(row)
        return sorted(rows, key=lambda row: _number(row["place"]))


class ContributorsField(forms.Field):
    """What is kept of a book: dicts of name and role, in their order; None where the form did not ask."""

    widget = ContributorRows

    def clean(self, value):
        if value is None:
            return None
        if len(value) > MOST_CONTRIBUTORS:
            raise forms.ValidationError(f"A book has at most {MOST_CONTRIBUTORS} further contributors.")
        for row in value:
            if len(row["name"]) > LONGEST_NAME or "\x00" in row["name"]:
                raise forms.ValidationError(f"A name has at most {LONGEST_NAME} characters.")
            if not re.fullmatch(r"[A-Z]\d\d", row["role"], re.ASCII):
                raise forms.ValidationError(f"Choose the role of {row['name']}.")
        return [{"name": row["name"], "role": row["role"]} for row in value]

    def has_changed(self, initial, data) -> bool:
        said = None if data is None else [{"name": row["name"], "role": row["role"]} for row in data]
        return said is not None and said != (initial or [])


def _choices(role: str) -> list[tuple[str, str]]:
    """All roles, by their words; with that of the row, which may be none that we have words for."""
    known = sorted(ROLES.items(), key=lambda each: each[1])
    unknown = [(role, f"role {role}")] if role and role not in ROLES else []
    return [("", "— role —"), *known, *unknown]


def _number(place: str) -> int:
    """Without a place a row comes last."""
    return int(place) if re.fullmatch(r"\d{1,3}", place, re.ASCII) else 1000
