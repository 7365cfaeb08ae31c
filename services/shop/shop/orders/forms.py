"""The checkout's form. Field names are what browsers fill in by themselves."""

from uuid import UUID, uuid4

from django import forms

from shop.accounts.models import Address
from shop.orders.countries import COUNTRIES
from shop.orders.models import Order
from shop.orders.operations import BillTo, ShipTo
from shop.pages.plain import PlainForm
from shop.payments.gateways import gateways_for

BILL = tuple(f"bill_{part}" for part in BillTo.__dataclass_fields__)
BILL_NEEDS = tuple(name for name in BILL if name != "bill_line2")


def _text(label: str, autocomplete: str, of: str, **options) -> forms.CharField:
    """A line of text as long as the column of the order that keeps it."""
    options.setdefault("max_length", Order._meta.get_field(of).max_length)
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, widget=widget, **options)


class WayToPay(forms.ChoiceField):
    """Each open gateway by name, where there are several. "Pay now" alone is always right: the pay page asks then."""

    def valid_value(self, value) -> bool:
        return value == Order.Payment.PREPAID or super().valid_value(value)


class CheckoutForm(PlainForm, forms.Form):
    required_css_class = "required"

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="For the confirmation and news about this order, nothing else.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = _text("Full name", "shipping name", "ship_name")
    line1 = _text("Street and number", "shipping address-line1", "ship_line1")
    line2 = _text("Apartment, company or the like", "shipping address-line2", "ship_line2", required=False)
    postcode = _text("Postcode", "shipping postal-code", "ship_postcode")
    city = _text("Town or city", "shipping address-level2", "ship_city")
    country = forms.ChoiceField(
        label="Country",
        choices=[("", "Please choose"), *COUNTRIES],
        widget=forms.Select(attrs={"autocomplete": "shipping country"}),
    )
    phone = forms.RegexField(
        r"^[0-9+()/ .\-]{5,}$",
        label="Phone",
        required=False,
        max_length=40,
        help_text="Only used if the parcel cannot be delivered.",
        widget=forms.TextInput(attrs={"autocomplete": "shipping tel", "type": "tel"}),
        error_messages={"invalid": "Please write the number with digits, spaces and + ( ) / . - only."},
    )
    bill_name = _text("Name on the bill", "billing name", "bill_name", required=False)
    bill_line1 = _text("Street and number on the bill", "billing address-line1", "bill_line1", required=False)
    bill_line2 = _text("Apartment or company on the bill", "billing address-line2", "bill_line2", required=False)
    bill_postcode = _text("Postcode on the bill", "billing postal-code", "bill_postcode", required=False)
    bill_city = _text("Town or city on the bill", "billing address-level2", "bill_city", required=False)
    bill_country = forms.ChoiceField(
        label="Country on the bill",
        required=False,
        choices=[("", "Please choose"), *COUNTRIES],
        widget=forms.Select(attrs={"autocomplete": "billing country"}),
    )
    if_short = forms.ChoiceField(
        label="If copies turn out to be missing",
        required=False,
        choices=[
            (Order.IfShort.SHIP, "Send what is there. You do not pay for what is missing."),
            (Order.IfShort.WAIT, "Wait for all. Nothing leaves the warehouse before every copy is there."),
        ],
        initial=Order.IfShort.SHIP,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    coupon = forms.CharField(
        label="Coupon",
        required=False,
        max_length=Order._meta.get_field("coupon_code").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label="Note for the warehouse",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    payment = WayToPay(label="Payment", required=False, widget=forms.RadioSelect(attrs={"class": "form-check-input"}))
    checkout_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, user=None, currency="", **options):
        """:param currency: of the cart, which decides who can be paid in it."""
        super().__init__(*args, **options)
        if user is not None and user.is_authenticated:
            del self.fields["email"]  # an order goes to the account's own address
        if ways := _ways_to_pay(currency):
            self.fields["payment"].choices = ways
            self.initial["payment"] = _nearest(self.initial.get("payment"), dict(ways))
        else:
            del self.fields["payment"]
        for name, field in self.fields.items():
            field.error_messages["required"] = f"Please fill in: {field.label}."

    def clean(self):
        """A bill of its own needs its whole address; one that is left empty goes where the parcel goes."""
        cleaned = super().clean()
        if any(cleaned.get(name) for name in BILL):
            for name in BILL_NEEDS:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, f"Please fill in: {self.fields[name].label}.")
        return cleaned

    @property
    def wishes(self) -> dict:
        """What place_order() takes from the form."""
        return {
            "ship_to": self.ship_to,
            "bill_to": self.bill_to,
            "payment": self.chosen_payment,
            "if_short": Order.IfShort(self.cleaned_data["if_short"] or Order.IfShort.SHIP),
            **{name: self.cleaned_data[name] for name in ("note", "coupon", "checkout_key")},
        }

    @property
    def has_bill(self) -> bool:
        """Whether anything of a bill's own address is typed."""
        return any(self[name].value() for name in BILL)

    @property
    def bill_to(self) -> BillTo | None:
        address = {name.removeprefix("bill_"): self.cleaned_data[name] for name in BILL}
        return BillTo(**address) if any(address.values()) else None

    @property
    def ship_to(self) -> ShipTo:
        return ShipTo(**{name: self.cleaned_data[name] for name in ShipTo.__dataclass_fields__})

    @property
    def chosen_payment(self) -> Order.Payment:
        chosen = self.cleaned_data.get("payment") or Order.Payment.ON_DELIVERY
        return Order.Payment.ON_DELIVERY if chosen == Order.Payment.ON_DELIVERY else Order.Payment.PREPAID

    @property
    def chosen_gateway(self) -> str:
        """Empty if the choice is left to the pay page, or there is nothing to pay now."""
        chosen = self.cleaned_data.get("payment", "")
        return "" if chosen in Order.Payment.values else chosen

    @property
    def key_or_new(self) -> UUID:
        """The key this form came with; a new one if it was no key."""
        try:
            return UUID(str(self["checkout_key"].value()))
        except ValueError:
            return uuid4()


def _ways_to_pay(currency: str) -> list[tuple[str, str]]:
    """Plain words for each way. A single gateway is "pay now"; nothing if there is none."""
    open_ways = gateways_for(currency)
    if not open_ways:
        return []
    on_delivery = (Order.Payment.ON_DELIVERY, "Pay on delivery. You pay when the parcel arrives.")
    if len(open_ways) == 1 and not open_ways[0].days:
        return [
            on_delivery,
            (Order.Payment.PREPAID, "Pay now, on the next page. Your copies are set aside meanwhile."),
        ]
    return [on_delivery, *((one.name, f"{one.label}. {one.hint}") for one in open_ways)]


def _nearest(wanted: str | None, ways: dict[str, str]) -> str:
    """The way itself, or "pay now" for who paid at a gateway before, or on delivery."""
    if wanted in ways:
        return wanted
    pays_now = wanted not in (None, "", Order.Payment.ON_DELIVERY) and Order.Payment.PREPAID in ways
    return Order.Payment.PREPAID if pays_now else Order.Payment.ON_DELIVERY


def first_values(last: Order | None, address: Address | None, user, *, gateway: str = "") -> dict:
    """This function will fill the form with an address of the user's book, or as their last order was filled.

    A new key makes it a new order.

    :param gateway: the one that the last order was paid at.
    """
    values = {"checkout_key": uuid4(), "payment": Order.Payment.ON_DELIVERY}
    if last and last.payment == Order.Payment.PREPAID:
        values["payment"] = gateway or last.payment
    if last:
        values |= {name: getattr(last, name) for name in (*BILL, "if_short")}
    if address:
        values |= {name: getattr(address, name) for name in ShipTo.__dataclass_fields__}
    elif last:
        values |= {name: getattr(last, f"ship_{name}") for name in ShipTo.__dataclass_fields__}
    elif user.is_authenticated:
        values["name"] = user.name
    return values
