"""What a person of the staff has as a second proof: an authenticator app, and recovery codes for the day it is lost."""

from django.conf import settings
from django.db import models
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from store.second_step.secrets import bytes_of, unseal

DIGITS = 6
TOLERANCE_STEPS = 1  # of 30 s, by which a telephone's clock may differ (RFC 6238)
WAIT_FACTOR_S = 1  # seconds to wait after the first wrong code; twice as long after each further one


class AuthenticatorApp(ThrottlingMixin, Device):
    """django-otp's device, of which a person has one, and whose secret is sealed.

    :ivar last_step: of 30 seconds, the one whose code was taken last: no code is good twice.

    The library's learning of a telephone's drift is left out: whoever types slowly would teach it to refuse codes of now.
    """

    name = confirmed = None  # there is one, and it is kept from the moment on that it has shown a code
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="authenticator_app")
    sealed_secret = models.TextField()
    last_step = models.BigIntegerField(default=-1)

    objects = models.Manager()

    class Meta:
        verbose_name = "authenticator app"

    def __str__(self) -> str:
        return f"authenticator app of {self.user}"

    def verify_token(self, token: str) -> bool:
        """This method will take a code once, and count a wrong one. Let the row be locked, or be nobody else's yet."""
        secret = unseal(self.sealed_secret)
        totp = TOTP(bytes_of(secret), digits=DIGITS)
        # What another SECRET_KEY has sealed opens to nothing, and everybody could tell the codes of an empty secret.
        fits = secret and token.isascii() and token.isdigit() and len(token) == DIGITS
        good = bool(fits and totp.verify(int(token), TOLERANCE_STEPS, self.last_step + 1))
        if good:
            self.last_step = totp.t()  # of the code, not of now
            self.throttle_reset(commit=False)
            self.save()
        else:
            self.throttle_increment()
        return good

    def get_throttle_factor(self) -> int:
        return WAIT_FACTOR_S


class RecoveryCode(models.Model):
    """One that was not used yet; the used ones are gone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]
