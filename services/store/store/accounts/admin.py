from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField

from store.accounts.models import User
from store.admin_site import NothingIsDeleted, OnlyToLookAt
from store.second_step import operations as second_step

admin.site.unregister(Group)


class NewStaffForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]


@admin.register(User)
class StaffAdmin(NothingIsDeleted, UserAdmin):
    """Owners give roles by groups. Superusers are out of their reach, and nobody is made one here."""

    add_form = NewStaffForm
    ordering = ["email"]
    list_display = ["email", "name", "is_staff", "is_active", "last_login", "second_step_since"]
    list_filter = ["is_active", "is_staff", "groups"]
    search_fields = ["email", "name"]
    filter_horizontal = []
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    readonly_fields = ["last_login", "date_joined", "second_step_since"]
    actions = ["reset_second_step"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("What they may do", {"fields": ["is_active", "is_staff", "groups"]}),
        ("Dates", {"fields": ["last_login", "date_joined", "second_step_since"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]

    def get_queryset(self, request):
        users = super().get_queryset(request)
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    @admin.action(description="Reset the second step (telephone lost)", permissions=["change"])
    def reset_second_step(self, request, people):
        """For one colleague who has asked for it. One's own needs the password, on a page of one's own."""
        chosen = list(people[:2])
        if len(chosen) != 1:  # none, if all that were chosen are out of reach
            messages.error(request, "Choose one person: a second step is taken away from who has asked for it.")
            return
        person = chosen[0]
        if person == request.user:
            messages.error(request, "Your own second step is changed at “Second step”, above, with your password.")
        elif second_step.reset(person, by=request.user):
            messages.success(request, f"The second step of {person.email} is taken away, and their log-ins are over.")
        else:
            messages.info(request, f"{person.email} has no second step.")


@admin.register(Group)
class RoleAdmin(OnlyToLookAt, admin.ModelAdmin):
    search_fields = ["name"]
    fields = ["name"]
