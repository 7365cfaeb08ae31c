"""Rights that are about no whole model of the shop, and whether the shop is closed for work on it."""

from django.db import models

from shop.clock import by_clock
from shop.staff.roles import RIGHTS


class Right(models.Model):
    """Holds permissions for Django; there are no rows, and no table."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [(name.partition(".")[2], told) for name, (_, told) in RIGHTS.items()]


class Closure(models.Model):
    """The shop is closed to customers while there is a row; there is never more than one."""

    key = models.BooleanField(primary_key=True, default=True, editable=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="When it is expected to open again.")
    note = models.CharField(max_length=300, blank=True, help_text="What visitors are told.")

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(key=True), name="one_closure")]

    def __str__(self) -> str:
        return f"Closed since {by_clock(self.since, '%F %H:%M %Z')}"
