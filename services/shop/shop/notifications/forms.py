from django import forms

from shop.notifications.notices import Topic


class ChoicesForm(forms.Form):
    """A box for each topic that a person may choose; one that is not sent is not wanted."""

    def __init__(self, *args, topics: list[Topic], **options):
        super().__init__(*args, **options)
        for topic in topics:
            box = forms.CheckboxInput(attrs={"class": "form-check-input"})
            said = {"label": topic.label, "help_text": topic.words}
            self.fields[topic.slug] = forms.BooleanField(**said, required=False, widget=box)
