"""What a demo is told so that its shop speaks with the peers."""

from urllib.parse import urlsplit

from peers.partner import PartnerPeer
from peers.paypal import PayPalPeer
from peers.zarinpal import ZarinpalPeer


def demo_settings(paypal: PayPalPeer, zarinpal: ZarinpalPeer) -> dict[str, str]:
    return {
        "PAYPAL_CLIENT_ID": paypal.client,
        "PAYPAL_CLIENT_SECRET": paypal.secret,
        "PAYPAL_MERCHANT_ID": paypal.merchant,
        "PAYPAL_WEBHOOK_ID": paypal.webhook,
        "PAYPAL_URL": paypal.url,
        "ZARINPAL_MERCHANT_ID": zarinpal.merchant,
        "ZARINPAL_URL": zarinpal.url,
        "BANK_TRANSFER_ACCOUNT": "DE02 1203 0000 0000 2020 51",
        "BANK_TRANSFER_OWNER": "Bookshop Ltd",
        "BANK_TRANSFER_BIC": "BYLADEM1001",
    }


def webhook_settings(partner: PartnerPeer) -> dict[str, str]:
    """What lets the shop reach a partner on this machine: by default it sends nothing to private addresses."""
    parts = urlsplit(partner.url)
    return {"WEBHOOK_HTTP": "1", "WEBHOOK_PORTS": str(parts.port), "WEBHOOK_NETWORKS": f"{parts.hostname}/32"}
