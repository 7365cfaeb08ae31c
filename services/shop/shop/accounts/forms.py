"""What people write about themselves."""

from allauth.account import forms as allauth
from django import forms
from django.contrib.auth import get_user_model

from shop.accounts.models import Address, User
from shop.orders.countries import COUNTRIES
from shop.pages.plain import PlainForm

TOO_MANY = "too_many_login_attempts"
A_MOMENT = "We sent a letter to this address a moment ago. Please log in again in ten seconds: a new code comes then."


class SignupForm(allauth.SignupForm):
    def try_save(self, request):
        """An address that has an account already costs as much time as a new one, or the difference would tell."""
        if self.account_already_exists:
            get_user_model()().set_password(self.cleaned_data["password1"])
        return super().try_save(request)


class LoginForm(allauth.LoginForm):
    """Who may not enter yet because their address waits for its code is told so, instead of being called a guesser."""

    def _clean_with_password(self, credentials: dict):
        try:
            return super()._clean_with_password(credentials)
        except forms.ValidationError as refusal:
            # Only of who has shown the password: to others it would tell more than the limit on tries lets them know.
            if refusal.code == TOO_MANY and getattr(self.request, "has_shown_password", False):
                raise forms.ValidationError(A_MOMENT, code=TOO_MANY) from None
            raise


class NameForm(PlainForm, forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        help_texts = {"name": "How we address you in letters."}


class AddressForm(PlainForm, forms.ModelForm):
    """One address of the address book. Field names are what browsers fill in by themselves."""

    required_css_class = "required"

    country = forms.ChoiceField(
        choices=[("", "Please choose"), *COUNTRIES], widget=forms.Select(attrs={"autocomplete": "country"})
    )
    phone = forms.RegexField(
        r"^[0-9+()/ .\-]{5,}$",
        required=False,
        max_length=40,
        help_text="Only used if the parcel cannot be delivered.",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        error_messages={"invalid": "Please write the number with digits, spaces and + ( ) / . - only."},
    )

    class Meta:
        model = Address
        fields = ["name", "line1", "line2", "postcode", "city", "country", "phone"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "line1": forms.TextInput(attrs={"autocomplete": "address-line1"}),
            "line2": forms.TextInput(attrs={"autocomplete": "address-line2"}),
            "postcode": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.error_messages["required"] = f"Please fill in: {self[name].label}."
