from django.urls import path, re_path

from shop.api import accounts, leaving, letters, log_ins, my_address, sessions
from shop.api.door import NothingHere

urlpatterns = [
    path("register/", accounts.Register.as_view()),
    path("token/", sessions.LogIn.as_view()),
    path("token/refresh/", sessions.Refresh.as_view()),
    path("logout/", sessions.LogOut.as_view()),
    path("me/", accounts.Me.as_view()),
    path("me/data/", leaving.MyData.as_view()),
    path("me/delete/", leaving.Farewell.as_view()),
    path("log-ins/", log_ins.LogIns.as_view()),
    path("log-ins/<uuid:log_in>/", log_ins.OneLogIn.as_view()),
    path("letters/", letters.Letters.as_view()),
    path("letters/<slug:topic>/", letters.OneTopic.as_view()),
    path("email/change/", my_address.ChangeEmail.as_view()),
    path("email/change/confirm/", my_address.ConfirmEmail.as_view()),
    path("email/verify/", accounts.VerifyEmail.as_view()),
    path("email/resend/", accounts.ResendEmail.as_view()),
    path("password/reset/", accounts.ForgottenPassword.as_view()),
    path("password/reset/confirm/", accounts.ResetPassword.as_view()),
    path("password/change/", accounts.ChangePassword.as_view()),
    path("", NothingHere.as_view()),
    re_path(r"^(?P<rest>(?s:.+))\Z", NothingHere.as_view()),  # also with line breaks
]
