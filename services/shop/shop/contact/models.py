"""What people write to customer service, kept here whatever becomes of the letter that carries it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Message(models.Model):
    """One message from the contact form."""

    key = models.UUIDField(unique=True, help_text="Made with the form: sending it twice is one message.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="messages")
    name = models.CharField(max_length=120)
    email = models.EmailField("e-mail address", max_length=100)
    about = models.CharField("order", max_length=40, blank=True, help_text="As the writer named it.")
    text = models.TextField()
    network = models.CharField(max_length=32, help_text="A keyed digest of where it came from, to count by.")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=254, blank=True)

    class Meta:
        indexes = [
            models.Index(F("at").desc(), name="contact_newest"),
            models.Index(F("email"), F("at"), name="contact_of_address"),
            models.Index(F("network"), F("at"), name="contact_of_network"),
            models.Index(fields=["at"], name="contact_waiting", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"Message from {self.name}"
