"""What owners fill in."""

from django import forms
from django.conf import settings

from shop.webhooks.endpoints import MOST_ENDPOINTS
from shop.webhooks.models import Endpoint
from shop.webhooks.reach import NotAllowed, check

WANTS = ("wants_orders", "wants_stock", "wants_prices")


class EndpointForm(forms.ModelForm):
    class Meta:
        model = Endpoint
        fields = ["name", "url", *WANTS, "is_active"]

    def clean_url(self) -> str:
        """Where its name leads is looked at before each connection; a page waits for no name server."""
        try:
            check(self.cleaned_data["url"])
        except NotAllowed as error:
            raise forms.ValidationError(str(error)) from error
        return self.cleaned_data["url"]

    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(name) for name in WANTS):
            raise forms.ValidationError("Choose at least one kind of event.")
        if self.instance.pk is None and Endpoint.objects.count() >= MOST_ENDPOINTS:
            raise forms.ValidationError(f"There are {MOST_ENDPOINTS} webhooks, and no more can be: delete one first.")
        return cleaned


class Since(forms.Form):
    since = forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="What happened from then on is sent again under the same ids, whether it had arrived or not.",
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["since"].label = f"Since ({settings.TIME_ZONE})"
