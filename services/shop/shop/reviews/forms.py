"""What a buyer writes, and what a moderator answers."""

from django import forms
from django.core.validators import MinLengthValidator

from shop.pages.plain import PlainForm
from shop.reviews.models import LONGEST, SHORTEST, Review

STARS = {5: "Excellent", 4: "Good", 3: "All right", 2: "Weak", 1: "Poor"}


class ReviewForm(PlainForm, forms.ModelForm):
    """Text alone: whatever looks like markup is shown as it was typed."""

    rating = forms.TypedChoiceField(
        label="Your rating",
        coerce=int,
        choices=[(number, f"{'★' * number} {word}") for number, word in STARS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one to five stars."},
    )
    text = forms.CharField(
        label="Your review",
        max_length=LONGEST,
        validators=[MinLengthValidator(SHORTEST, f"Please write at least {SHORTEST} characters.")],
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=f"What would you tell a friend? Up to {LONGEST:,} characters, text only.",
        error_messages={"required": "Please write what you think of the book."},
    )
    signature = forms.CharField(
        label="Signed",
        max_length=60,
        required=False,
        help_text="Others see it. Left empty, it says “A reader”.",
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )

    class Meta:
        model = Review
        fields = ["rating", "text", "signature"]


class Reason(forms.Form):
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 70}),
        help_text="The reviewer reads it in the letter. Say what to change, if that would help.",
    )
