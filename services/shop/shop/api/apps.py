from datetime import UTC

from django.apps import AppConfig
from rest_framework import serializers


class ApiConfig(AppConfig):
    name = "shop.api"
    label = "api"
    verbose_name = "Log-ins of programs"

    def ready(self) -> None:
        serializers.DateTimeField.timezone = UTC  # programs read and write UTC, wherever the shop is
