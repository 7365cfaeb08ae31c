"""Doors to one's own account: opened, confirmed, and its name and password changed. How one enters is in sessions.py."""

from types import SimpleNamespace

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm, ResetPasswordKeyForm, UserTokenForm
from allauth.account.internal import flows
from allauth.core import ratelimit
from django.forms import Form
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.accounts import registering, usernames
from shop.accounts.forms import NameForm, SignupForm
from shop.accounts.models import User
from shop.api import confirming, shapes, tokens
from shop.api.door import Door, Writes
from shop.api.problems import Problem, missing
from shop.api.throttles import ByRole, Sparingly

FIELDS = {"password1": "password", "oldpassword": "old_password"}  # as the forms of the pages call them


class RegisterShape(shapes.Strict):
    username = serializers.CharField(
        max_length=254, required=False, allow_blank=True, help_text="1 to 60 letters, digits, . + - _; or the address."
    )
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class ToldShape(serializers.Serializer):
    detail = serializers.CharField()


class RegisteredShape(ToldShape):
    username = serializers.CharField()
    email = serializers.EmailField()


class CodeShape(shapes.Strict):
    email = serializers.EmailField(max_length=254)
    code = serializers.CharField(max_length=40)


class EmailShape(shapes.Strict):
    email = serializers.EmailField(max_length=254)


class ResetShape(shapes.Strict):
    key = serializers.CharField(max_length=200, help_text="The last part of the link in the letter.")
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class NewPasswordShape(shapes.Strict):
    old_password = serializers.CharField(max_length=128, trim_whitespace=False)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class PairShape(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class MeShape(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.SerializerMethodField()
    email = serializers.EmailField()
    name = serializers.CharField()
    is_staff = serializers.BooleanField()
    joined_at = serializers.DateTimeField()
    scope = serializers.SerializerMethodField()

    def get_username(self, user: User) -> str:
        """Empty if the account is known by its address alone."""
        return user.handle.name if hasattr(user, "handle") else ""

    def get_scope(self, user: User) -> str:
        """What the token at hand is for; empty if it is for all that the account may."""
        return self.context["scope"]


class ChangedMeShape(shapes.Strict):
    name = serializers.CharField(max_length=120, allow_blank=True)


class AccountDoor(Door):
    """The library tells people what was done on their next page; a program has its answer."""

    writes = Writes.OWN_WAY  # tokens are kept nowhere, and letters can be asked for again

    def initial(self, request, *args, **options):
        request._request.allauth.headless = SimpleNamespace(client="app")
        super().initial(request, *args, **options)

    def finalize_response(self, request, response, *args, **options):
        self.request._request.session.modified = False  # the library keeps its notes there; a program has no session
        return super().finalize_response(request, response, *args, **options)


class EntryDoor(AccountDoor):
    """Open to everybody, and goes by the body alone: a token that is over must keep nobody from getting a new one."""

    permission_classes = [AllowAny]
    authentication_classes = []


class LetterDoor(EntryDoor):
    throttle_classes = [ByRole, Sparingly]


class Register(LetterDoor):
    writes = Writes.IN_ONE

    @extend_schema(operation_id="register", request=RegisterShape, responses={201: RegisteredShape})
    def post(self, request):
        """Open an account. The answer is the same if the address has one: only its owner is told, by letter."""
        wish = shapes.read(RegisterShape, request)
        username, email = wish.get("username", ""), wish["email"]
        if not ratelimit.consume(request._request, action="signup"):
            raise too_many()
        form = valid(SignupForm({"email": email, "password1": wish["password"]}))
        own = username if username.lower() != email.lower() else ""
        try:
            address = registering.register(request._request, form, username=own)
        except usernames.BadUsername as refusal:
            raise missing(("username", str(refusal))) from None
        if address:
            confirming.send_code(request._request, address, now=timezone.now())
        detail = "We mailed a code to this address. Send it to POST /auth/email/verify/, then log in."
        return Response({"username": username, "email": email, "detail": detail}, status=201)


class VerifyEmail(LetterDoor):
    writes = Writes.IN_ONE

    @extend_schema(operation_id="email_verify", request=CodeShape, responses=ToldShape)
    def post(self, request):
        """Confirm the address with the code that was mailed to it."""
        told = shapes.read(CodeShape, request)
        try:
            confirming.confirm(request._request, **told, now=timezone.now())
        except confirming.WrongCode as refusal:
            raise missing(("code", str(refusal))) from None
        return Response({"detail": "The address is confirmed. Log in with POST /auth/token/."})


class ResendEmail(LetterDoor):
    @extend_schema(operation_id="email_resend", request=EmailShape, responses={202: ToldShape})
    def post(self, request):
        """Mail a new code. The answer tells nobody whether there is such an account."""
        if address := confirming.unconfirmed(shapes.read(EmailShape, request)["email"]):
            confirming.send_code(request._request, address, now=timezone.now())
        return Response({"detail": "If this address waits for a code, a new one is on its way."}, status=202)


class ForgottenPassword(LetterDoor):
    @extend_schema(operation_id="password_reset", request=EmailShape, responses={202: ToldShape})
    def post(self, request):
        """Mail a link for a new password. The answer tells nobody whether there is such an account."""
        email = shapes.read(EmailShape, request)["email"]
        if not ratelimit.consume(request._request, action="reset_password", key=email.lower()):
            raise too_many()
        valid(ResetPasswordForm({"email": email})).save(request._request)
        return Response({"detail": "If there is such an account, a letter is on its way."}, status=202)


class ResetPassword(LetterDoor):
    @extend_schema(operation_id="password_reset_confirm", request=ResetShape, responses=ToldShape)
    def post(self, request):
        """Set a new password with the key from the letter. All log-ins of the account end."""
        wish = shapes.read(ResetShape, request)
        uid, _, key = wish["key"].partition("-")
        token = UserTokenForm({"uidb36": uid, "key": key})
        if not (uid and key and token.is_valid()):
            raise missing(("key", "The link is used or too old. Ask for a new one."))
        form = ResetPasswordKeyForm(_twice(wish["password"]), user=token.reset_user, temp_key=key)
        valid(form).save()
        flows.password_reset.finalize_password_reset(request._request, token.reset_user)
        return Response({"detail": "The password is changed. Log in with it."})


class ChangePassword(AccountDoor):
    throttle_classes = [ByRole, Sparingly]

    @extend_schema(operation_id="password_change", request=NewPasswordShape, responses=PairShape)
    def post(self, request):
        """Change the password. All log-ins of the account end; the answer begins a new one."""
        wish, user = shapes.read(NewPasswordShape, request), request.user
        form = ChangePasswordForm(user, {"oldpassword": wish["old_password"], **_twice(wish["password"])})
        valid(form).save()
        get_adapter(request._request).send_notification_mail("account/email/password_changed", user)
        log_in = request.auth
        pair = tokens.begin(
            user, second_step=log_in.second_step, client=log_in.client, now=timezone.now(), scope=log_in.scope
        )
        return Response(vars(pair))


class Me(AccountDoor):
    writes = Writes.IN_ONE

    @extend_schema(operation_id="me_read", responses=MeShape)
    def get(self, request):
        """Read who you are, and what your token is for."""
        return _me(request)

    @extend_schema(operation_id="me_change", request=ChangedMeShape, responses=MeShape)
    def patch(self, request):
        """Change your name."""
        valid(NameForm(shapes.read(ChangedMeShape, request), instance=request.user)).save()
        return _me(request)


def valid(form: Form) -> Form:
    """:raises Problem: 400, naming the fields as the API does."""
    if form.is_valid():
        return form
    raise faults_of(form, FIELDS)


def faults_of(form: Form, names: dict[str, str]) -> Problem:
    """:param names: as the API calls the fields of the form, where it does so by another name."""
    return missing(*((names.get(name, name), said) for name, errors in form.errors.items() for said in errors))


def _me(request) -> Response:
    return Response(MeShape(request.user, context={"scope": request.auth.scope}).data)


def too_many() -> Problem:
    return Problem(429, "too-many-attempts", "Please wait", "Too many in a short time.", retry_after_s=60)


def _twice(password: str) -> dict[str, str]:
    return {"password1": password, "password2": password}
