"""What is typed at the second step."""

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

LONGEST_CODE = 40


class TypedOnce(forms.TextInput):
    """A code that was refused does not come back: it is no good any more."""

    def format_value(self, value) -> None:
        return None


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=LONGEST_CODE,
        label="code",
        help_text="Six digits, as your authenticator app shows them now.",
        widget=TypedOnce(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        """Some apps show a gap in the middle."""
        return "".join(self.cleaned_data["code"].split())


class RecoveryForm(forms.Form):
    code = forms.CharField(
        max_length=LONGEST_CODE,
        label="recovery code",
        help_text="One that you have not used yet, such as abcde-fgh23.",
        widget=TypedOnce(
            attrs={"autocomplete": "off", "autocapitalize": "none", "autofocus": True, "spellcheck": "false"}
        ),
    )


class PasswordForm(forms.Form):
    """Asks for the password of who is logged in; wrong ones count as they do at the log-in."""

    password = forms.CharField(
        label="your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, data=None):
        super().__init__(data)
        self.request = request

    def clean_password(self) -> str:
        said = self.cleaned_data["password"]
        person = self.request.known
        if authenticate(self.request, username=person.email, password=said) != person:
            raise forms.ValidationError("This is not your password.")
        return said


class SetUpForm(PasswordForm, CodeForm):
    """:param asks_password: left out for who has just shown it."""

    field_order = ["code", "password"]

    def __init__(self, request: HttpRequest, data=None, *, asks_password: bool):
        super().__init__(request, data)
        if not asks_password:
            del self.fields["password"]
        del self.fields["code"].widget.attrs["autofocus"]  # the picture comes first
