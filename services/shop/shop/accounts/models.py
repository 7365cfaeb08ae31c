"""People who log in to the shop."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """This function will store a user under the lower-case form of an e-mail address.

        :raises ValueError: without an address.
        """
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A customer or a member of staff, known by e-mail address."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField("may enter the admin", default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_whatever_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0] or self.email


class Username(models.Model):
    """Another name of an account, for programs that log in by one. A name without an account is only taken.

    Registering with an address that has an account already must look as any other registering does: were its name free
    afterwards, that would tell.
    """

    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.CASCADE, related_name="handle")
    name = models.CharField(max_length=60)
    taken_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="username_whatever_case")]

    def __str__(self) -> str:
        return self.name


class AddressQuerySet(models.QuerySet):
    def default_first(self) -> "AddressQuerySet":
        return self.order_by("-is_default", "-used_at", "pk")


class Address(models.Model):
    """One entry of a customer's address book. An order takes a copy; changing an entry changes no order."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    is_default = models.BooleanField(default=False)
    used_at = models.DateTimeField(help_text="When it was written or last chosen.")
    name = models.CharField("full name", max_length=120)
    line1 = models.CharField("street and number", max_length=200)
    line2 = models.CharField("apartment, company or the like", max_length=200, blank=True)
    postcode = models.CharField(max_length=20)
    city = models.CharField("town or city", max_length=120)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=40, blank=True)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="one_default_address_per_user")
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.line1, f"{self.postcode} {self.city}", self.country) if part)
