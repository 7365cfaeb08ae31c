from django.apps import AppConfig


class BankTransferConfig(AppConfig):
    name = "shop.payments.gateways.bank_transfer"
    label = "bank_transfer"
    verbose_name = "Bank transfer"
