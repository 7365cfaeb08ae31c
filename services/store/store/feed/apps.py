from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "store.feed"
    label = "feed"
