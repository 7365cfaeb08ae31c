"""The packer's form."""

from django import forms
from django.core.exceptions import ValidationError

from store.orders.models import LARGEST_QUANTITY
from store.orders.parcels import Parcel, ParcelState

MOST_BARCODES = 20_000


class Result:
    OPEN, SUCCESS, FAILED = "open", "success", "failed"
    CHOICES = [(OPEN, "Leave open"), (SUCCESS, "Success: all is packed, send it off"), (FAILED, "Failed")]


class BarcodesField(forms.Field):
    """Barcodes chosen from a list that is fetched as one types; only the chosen ones are options of the page."""

    widget = forms.SelectMultiple

    def clean(self, value) -> list[str]:
        return [barcode.strip() for barcode in value or [] if barcode.strip()]


class PackingForm(forms.Form):
    copies = BarcodesField(required=False, label="Copies in the box", help_text="Type a barcode or a part of a title.")
    scanned = forms.CharField(
        required=False,
        strip=False,
        max_length=1_000_000,
        label="Scan or type barcodes",
        help_text="One a line. They join the copies above when you save.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    result = forms.ChoiceField(choices=Result.CHOICES, initial=Result.OPEN, widget=forms.RadioSelect)
    reason = forms.CharField(
        required=False,
        max_length=2_000,
        label="Reason, if it failed",
        help_text="The customer is told.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def offer(self, labels: dict[str, str], url: str) -> None:
        """This function will make the barcodes the options of the copies' field, and say where it finds others."""
        widget = self.fields["copies"].widget
        widget.choices = list(labels.items())
        widget.attrs = {
            "class": "admin-autocomplete",
            "data-ajax--cache": "true",
            "data-ajax--delay": "250",
            "data-ajax--type": "GET",
            "data-ajax--url": url,
            "data-theme": "admin-autocomplete",
            "data-allow-clear": "false",
            "data-placeholder": "Barcode or title",
            "data-width": "100%",
            "lang": "en",
            "size": min(len(labels), 10) or 1,
        }

    def clean_scanned(self) -> list[str]:
        scanned = self.cleaned_data["scanned"].split()
        if len(scanned) > MOST_BARCODES:
            raise ValidationError("These are too many barcodes.")
        twice = sorted({barcode for barcode in scanned if scanned.count(barcode) > 1}) if len(scanned) < 2_000 else []
        if twice:
            raise ValidationError(
                [f"Copy {barcode} was scanned twice; a copy goes into the box once." for barcode in twice]
            )
        return scanned

    def clean(self):
        if self.cleaned_data.get("result") == Result.FAILED and not self.cleaned_data.get("reason", "").strip():
            self.add_error("reason", "Say why the order failed; the customer is told.")
        return self.cleaned_data

    @property
    def barcodes(self) -> list[str]:
        """All that was chosen or scanned. Scanning a chosen copy only confirms it."""
        chosen = self.cleaned_data["copies"]
        known = set(chosen)
        return chosen + [barcode for barcode in self.cleaned_data["scanned"] if barcode not in known]


class ShortForm(forms.Form):
    """Copies of one line that cannot be delivered."""

    line = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.IntegerField(min_value=1, max_value=LARGEST_QUANTITY, initial=1, label="How many copies")
    reason = forms.CharField(
        max_length=2_000,
        label="Reason",
        help_text="The customer is told.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why the copies cannot be delivered; the customer is told."},
    )
    missing = forms.CharField(
        required=False,
        max_length=10_000,
        label="Barcodes looked for in vain",
        help_text="These copies are noted as missing. Left empty, all copies stay on the shelf.",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def clean_missing(self) -> list[str]:
        return self.cleaned_data["missing"].split()


class LabelForm(forms.ModelForm):
    """Who carries a parcel, and under which code."""

    class Meta:
        model = Parcel
        fields = ["carrier", "tracking", "weight_g"]
        widgets = {
            "carrier": forms.TextInput(attrs={"list": "carriers", "autocomplete": "off"}),
            "tracking": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }


class ParcelReasonForm(forms.Form):
    """Why a sealed parcel is opened again."""

    reason = forms.CharField(
        max_length=500,
        label="Why it is opened again",
        error_messages={"required": "Say why the parcel is opened again."},
    )


class EndForm(forms.Form):
    """That a parcel is lost or came back, and how one knows. The page with this form is the second step."""

    SAYING = {ParcelState.LOST: "is lost", ParcelState.CAME_BACK: "came back"}
    end = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500,
        label="How do you know",
        help_text="Kept in the parcel's history.",
        error_messages={"required": "Say how you know: what the carrier says, or what is written on the parcel."},
    )

    def __init__(self, *args, end: ParcelState, **kwargs):
        super().__init__(*args, **kwargs)
        self.saying = self.SAYING[end]
