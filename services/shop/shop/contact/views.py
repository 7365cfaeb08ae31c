"""The contact page. It needs no JavaScript, no account and no mail server."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop.contact import operations
from shop.contact.forms import ContactForm
from shop.pages.company import Company


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def contact(request: HttpRequest) -> HttpResponse:
    about = {"about": request.GET.get("order", "")[:40].replace("\0", "")}
    form = ContactForm(request.POST or None, user=request.user, initial=about)
    status = 200
    if request.method == "POST" and form.is_valid():
        writer = request.user if request.user.is_authenticated else None
        ip = get_adapter().get_client_ip(request)
        try:
            operations.write(form.note(), writer=writer, ip=ip, now=timezone.now())
            return redirect("contact:sent")
        except operations.TooMany as refusal:
            form.add_error(None, str(refusal))
            status = 429
    elif request.method == "POST":
        status = 400
    context = {"form": form, "company": Company.from_settings()}
    return render(request, "contact/contact.html", context, status=status)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "contact/sent.html")
