from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from shop.accounts import second_step
from shop.accounts.confirming_views import CodeView
from shop.pages import views as pages

# Staff log in where everybody does, so that its limits on wrong passwords hold for the admin too.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)
second_step.guard(admin.site)

handler400 = "shop.api.problems.bad_request"
urlpatterns = [
    # First, since programs feel it most: an address is compared with all that stand before it.
    path("api/", include("shop.api.urls")),
    path("auth/", include("shop.api.auth_urls")),
    path("", include("shop.pages.urls")),
    path("", include("shop.catalogue.urls")),
    path("contact/", include("shop.contact.urls")),
    path("chat/", include("shop.chat.urls")),
    path("cart/", include("shop.cart.urls")),
    path("", include("shop.reviews.urls")),
    path("wishlist/", include("shop.wishlist.urls")),
    path("", include("shop.orders.urls")),
    path("", include("shop.invoices.urls")),
    path("", include("shop.returns.urls")),
    path("", include("shop.payments.urls")),
    path("bank-transfer/", include("shop.payments.gateways.bank_transfer.urls")),
    path("test-bank/", include("shop.payments.gateways.test.urls")),
    path("", include("shop.notifications.urls")),
    path("account/", include("shop.accounts.urls")),
    path("accounts/confirm-email/", CodeView.as_view(), name="account_email_verification_sent"),
    path("accounts/", include("allauth.urls")),
    path("admin/sync/", include("shop.upkeep.urls")),
    path("admin/talks/", include("shop.chat.desk_urls")),
    path("admin/", admin.site.urls),
]

if settings.SERVE_MEDIA:
    urlpatterns.append(path("media/<path:path>", pages.media, name="media"))
if settings.DEBUG:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
