"""What staff fill in about money that no machine has seen."""

from decimal import Decimal

from django import forms


class MoneyCame(forms.Form):
    """A line of our bank statement."""

    amount = forms.DecimalField(
        label="Amount that came", max_digits=12, decimal_places=2, min_value=Decimal("0.01"), help_text="As it came."
    )
    currency = forms.RegexField(r"^[A-Z]{3}$", label="Currency", max_length=3)
    reference = forms.CharField(
        label="Reference on our statement",
        max_length=100,
        help_text="The bank's own number of the sum, or date and line. Nothing is booked twice under it.",
    )


class GivenBack(forms.Form):
    """A refund that a person has made."""

    reference = forms.CharField(
        label="Where it is written down",
        max_length=100,
        help_text="Such as the line of our bank statement, or the number in the gateway's panel.",
    )
