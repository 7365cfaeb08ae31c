from django.apps import AppConfig


class TestBankConfig(AppConfig):
    name = "shop.payments.gateways.test"
    label = "test_bank"
    verbose_name = "Test bank"
