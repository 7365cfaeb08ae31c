from django import forms
from django.http import HttpRequest

from shop.chat import limits
from shop.chat.models import LONGEST_TEXT
from shop.contact.forms import HonestForm, KeyedForm


def shown(request: HttpRequest) -> int:
    """Up to which message the page showed that this form stood on; 0 if it does not say."""
    asked = request.POST.get("upto", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0


class TextField(forms.CharField):
    """A message, taken as `limits.readable` takes it."""

    def __init__(self, *, rows: int, **options):
        widget = forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST_TEXT, "dir": "auto"})
        super().__init__(strip=False, widget=widget, **options)

    def clean(self, value) -> str:
        try:
            return limits.readable(value or "")
        except limits.Unreadable as error:
            raise forms.ValidationError(str(error)) from None


class MessageForm(KeyedForm):
    text = TextField(label="Your message", rows=1)


class BeginForm(HonestForm):
    """The first message. Who it is from is asked only where neither an account nor an order says so."""

    name = forms.CharField(
        label="Your name", required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=100,
        help_text="If you are gone when we answer, the answer comes there.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Please fill in: E-mail address."},
    )
    text = TextField(label="Your message", rows=4)

    def __init__(self, *args, is_known: bool, **options):
        super().__init__(*args, **options)
        if is_known:
            del self.fields["name"], self.fields["email"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()
