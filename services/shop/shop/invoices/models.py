"""Invoices: one for each order that was sent, under numbers without a gap."""

from django.db import models
from django.urls import reverse


class Series(models.Model):
    """The last number given. Its row is locked until the invoice with the next one is committed, or never was."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class Invoice(models.Model):
    """What was sent to a customer and what it cost. All but number, day and sum stands in the order, which is frozen."""

    number = models.PositiveIntegerField(primary_key=True)
    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="invoice")
    issued_at = models.DateTimeField()
    total = models.DecimalField(max_digits=12, decimal_places=2)

    def __str__(self) -> str:
        return f"Invoice {self.reference}"

    @property
    def reference(self) -> str:
        return f"{self.number:06d}"

    def get_absolute_url(self) -> str:
        return reverse("invoices:page", args=[self.order_id])

    @property
    def pdf_url(self) -> str:
        return reverse("invoices:pdf", args=[self.order_id])
