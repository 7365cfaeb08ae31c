"""How fast the API may be used: by address for guests, by account for those who are known. Without a cache there is no limit."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle

from shop.networks import network_of


class ByRole(SimpleRateThrottle):
    """Guests, customers and staff each have a rate of their own (API_RATES).

    Redis counts by itself. The library would fetch a list of all requests within the time, and send it back: other caches
    it serves so.
    """

    def __init__(self):
        self._wait_s: float | None = None  # the rate follows from who asks

    def allow_request(self, request, view) -> bool:
        self.rate = settings.API_RATES[self._role(request)]
        self.num_requests, self.duration = self.parse_rate(self.rate)
        let_in = getattr(self.cache, "let_in", None)
        if let_in is None:
            return super().allow_request(request, view)
        key = self.get_cache_key(request, view)
        self._wait_s = let_in(key, most=self.num_requests, within_s=self.duration, now=self.timer())
        return not self._wait_s

    def wait(self) -> float | None:
        return super().wait() if self._wait_s is None else self._wait_s

    def get_cache_key(self, request, view) -> str:
        return f"api-rate-{self._role(request)}-{_who(request)}"

    def _role(self, request) -> str:
        if not request.user.is_authenticated:
            return "guest"
        return "staff" if request.user.is_staff else "customer"


class Sparingly(ByRole):
    """For doors that write letters or open accounts: few an hour, whoever asks."""

    def _role(self, request) -> str:
        return "sparing"


def _who(request) -> str:
    if request.user.is_authenticated:
        return str(request.user.pk)
    return network_of(get_adapter().get_client_ip(request), v4_prefix=32)
