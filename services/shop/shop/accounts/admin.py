from allauth.account.models import EmailAddress
from allauth.usersessions.admin import UserSessionAdmin
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.html import format_html

from shop.accounts.models import User
from shop.accounts.resetting import reset_second_step
from shop.orders.models import Order
from shop.staff import giving
from shop.staff.roles import LETTERS
from shop.staff.seeing import SomeEyesOnly

admin.site.unregister(UserSession)
admin.site.unregister(Group)  # what a group may do is said by the table of roles and by nothing else

VERIFIED = Exists(EmailAddress.objects.filter(user=OuterRef("pk"), primary=True, verified=True))
HAS_ORDERS = Exists(Order.objects.filter(user=OuterRef("pk")))


class YesOrNo(admin.SimpleListFilter):
    """:cvar condition: an annotation of the user."""

    condition: Exists

    def lookups(self, request, model_admin):
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request, people):
        if self.value() not in ("yes", "no"):
            return people
        return people.filter(self.condition if self.value() == "yes" else ~self.condition)


class Verified(YesOrNo):
    title, parameter_name, condition = "e-mail address verified", "verified", VERIFIED


class HasOrders(YesOrNo):
    title, parameter_name, condition = "has orders", "orders", HAS_ORDERS


class Role(admin.SimpleListFilter):
    title, parameter_name = "role", "role"

    def lookups(self, request, model_admin):
        return [("none", "Customers"), ("any", "All staff"), *((name, name) for name in LETTERS.values())]

    def queryset(self, request, people):
        if not self.value():
            return people
        if self.value() in ("none", "any"):
            return people.filter(is_staff=self.value() == "any")
        return people.filter(groups__name=self.value())


class PersonForm(forms.ModelForm):
    roles = forms.ModelMultipleChoiceField(
        Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Only those that you may give. Whoever has a role may enter the admin, others may not.",
    )

    class Meta:
        model = User
        fields = ["name", "is_active"]


@admin.register(User)
class UserAdmin(SomeEyesOnly, admin.ModelAdmin):
    """Accounts are made by people themselves or by ensure_user; staff can close them and give them roles."""

    form = PersonForm
    list_display = ["email", "name", "role_names", "is_active", "joined_at", "last_login"]
    list_filter = [Role, "is_active", Verified, ("joined_at", admin.DateFieldListFilter), HasOrders]
    search_fields = ["email", "name"]
    search_help_text = "Part of an e-mail address or of a name"
    ordering = ["-joined_at", "pk"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["email", "name", "is_active", "roles", "verified", "orders", "joined_at", "last_login"]
    readonly_fields = ["email", "verified", "orders", "joined_at", "last_login"]
    actions = ["reset_second_step"]

    def get_queryset(self, request):
        """Customer managers look at customers; staff are for those who give roles."""
        people = super().get_queryset(request).prefetch_related("groups").annotate(is_verified=VERIFIED)
        return people if request.user.has_perm("accounts.change_user") else people.filter(is_staff=False)

    def get_fields(self, request, obj=None):
        """A page that is only read names the roles; there is no form to choose them in."""
        seen = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return seen
        return ["role_names" if name == "roles" else name for name in seen]

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "role_names"]

    def get_form(self, request, obj=None, **options):
        form = super().get_form(request, obj, **options)
        if "roles" in form.base_fields:
            form.base_fields["roles"].queryset = Group.objects.filter(name__in=giving.gives(request.user))
            form.base_fields["roles"].initial = obj.groups.all() if obj else []
        return form

    @admin.action(description="Reset the second step (telephone lost)", permissions=["change"])
    def reset_second_step(self, request, people):
        """For one who has lost telephone and recovery codes, by who could give them their roles."""
        person = people.get() if people.count() == 1 else None
        if person is None:
            messages.error(request, "Choose one person: a second step is taken away from who has asked for it.")
        elif not giving.may_edit(request.user, person):
            messages.error(request, f"{person.email} is you, or holds more than you may give. Ask another owner.")
        elif reset_second_step(person, by=request.user):
            messages.success(request, f"The second step of {person.email} is taken away, and their log-ins are over.")
        else:
            messages.info(request, f"{person.email} has no second step.")

    @admin.display(description="roles")
    def role_names(self, person: User) -> str:
        return ", ".join(sorted(group.name for group in person.groups.all())) or "—"

    @admin.display(description="e-mail address verified", boolean=True)
    def verified(self, person: User) -> bool:
        return person.is_verified

    @admin.display(description="orders")
    def orders(self, person: User) -> str:
        there = f"{reverse('admin:orders_order_changelist')}?user__id__exact={person.pk}"
        return format_html('<a href="{}">{} orders</a>', there, person.orders.count())

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        permitted = super().has_change_permission(request, obj)
        return permitted and (obj is None or giving.may_edit(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        return False

    def construct_change_message(self, request, form, formsets, add=False):
        """Which roles somebody got and lost is read years later: it is said in words."""
        if "roles" not in form.changed_data:
            return super().construct_change_message(request, form, formsets, add)
        roles = ", ".join(sorted(group.name for group in form.cleaned_data["roles"])) or "none"
        others = [name for name in form.changed_data if name != "roles"]
        return f"Roles: {roles}." + (f" Also changed: {', '.join(others)}." if others else "")

    def save_model(self, request, obj, form, change):
        """Only what was changed: whatever happened to the rest of the row meanwhile stays."""
        obj.save(update_fields=[name for name in form.changed_data if name in ("name", "is_active")])

    def save_related(self, request, form, formsets, change):
        try:
            names = [group.name for group in form.cleaned_data["roles"]]
            giving.give_roles(form.instance, names, by=request.user)
        except giving.NotYours as refusal:
            raise PermissionDenied(str(refusal)) from refusal


@admin.register(UserSession)
class SessionAdmin(UserSessionAdmin):
    """People have no user names here, which is what its own search looks for."""

    search_fields = ["user__email", "=ip"]
    search_help_text = "Part of an e-mail address, or a whole address of the network"
    list_select_related = ["user"]
