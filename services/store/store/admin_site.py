"""The warehouse's own front of Django's admin."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class WarehouseAdmin(AdminSite):
    site_header = "Bookshop warehouse"
    site_title = "Bookshop warehouse"
    index_title = "What would you like to do?"
    site_url = None
    enable_nav_sidebar = True


class WarehouseAdminConfig(AdminConfig):
    default_site = "store.admin_site.WarehouseAdmin"
