from django.urls import path, re_path

from shop.api import accounts, sessions
from shop.api.door import NothingHere

urlpatterns = [
    path("register/", accounts.Register.as_view()),
    path("token/", sessions.LogIn.as_view()),
    path("token/refresh/", sessions.Refresh.as_view()),
    path("logout/", sessions.LogOut.as_view()),
    path("me/", accounts.Me.as_view()),
    path("email/verify/", accounts.VerifyEmail.as_view()),
    path("email/resend/", accounts.ResendEmail.as_view()),
    path("password/reset/", accounts.ForgottenPassword.as_view()),
    path("password/reset/confirm/", accounts.ResetPassword.as_view()),
    path("password/change/", accounts.ChangePassword.as_view()),
    path("", NothingHere.as_view()),
    re_path(r"^(?P<rest>(?s:.+))\Z", NothingHere.as_view()),  # also with line breaks
]
