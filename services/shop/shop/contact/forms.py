from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django import forms

from shop.contact.operations import Note
from shop.pages.plain import PlainForm

LONGEST_TEXT = 4000


class KeyedForm(PlainForm, forms.Form):
    """Sent twice it is one: its key stays the same until it is taken."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.initial.setdefault("key", uuid4())

    @property
    def key_or_new(self) -> UUID:
        """The key this form came with; a new one if it was no key."""
        try:
            return UUID(str(self["key"].value()))
        except ValueError:
            return uuid4()


class HonestForm(KeyedForm):
    # People do not see it; programs that fill in every field do.
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
        max_length=200,
    )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError("Please empty the field that should stay empty, and send the message again.")
        return ""


class ContactForm(HonestForm):
    required_css_class = "required"

    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label="E-mail address",
        max_length=100,
        help_text="We answer there.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    about = forms.CharField(
        label="Order",
        required=False,
        max_length=40,
        help_text="Its reference, such as 3F2A-99B1, if it is about one.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label="Message",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"max_length": f"Please keep it below {LONGEST_TEXT:,} letters; we can ask for the rest."},
    )
    copy = forms.BooleanField(
        label="Send me a copy", required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user
        if user is None or not user.is_authenticated:
            del self.fields["copy"]  # to an address that nobody has confirmed, it would be a way to send strangers mail
        else:
            self.initial |= {"name": user.name, "email": user.email}
            self.fields["copy"].help_text = f"To {user.email}."
        for field in self.fields.values():
            field.error_messages["required"] = f"Please fill in: {field.label}."

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def note(self) -> Note:
        """What was written, once it is valid."""
        given = self.cleaned_data
        wants_copy = given.get("copy") and EmailAddress.objects.filter(
            user=self.user, email=self.user.email, verified=True
        )
        return Note(
            key=given["key"],
            name=given["name"],
            email=given["email"],
            about=given["about"],
            text=given["text"],
            copy_to=self.user.email if wants_copy else "",
        )
