from datetime import UTC

from django.apps import AppConfig
from rest_framework import serializers


class ApiConfig(AppConfig):
    name = "store.api"
    label = "api"
    verbose_name = "Service credentials"

    def ready(self) -> None:
        serializers.DateTimeField.timezone = UTC  # programs read and write UTC, wherever the warehouse is
