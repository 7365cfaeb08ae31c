"""nginx in front of shop and store, where the machine has one."""

import shutil
from pathlib import Path

from parts.ports import HOST, answers, free_port
from parts.process import Part

SETTINGS = """
worker_processes 2;
pid {home}/run/nginx-own.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {home}/nginx/body;
    proxy_temp_path {home}/nginx/proxy;
    fastcgi_temp_path {home}/nginx/fastcgi;
    uwsgi_temp_path {home}/nginx/uwsgi;
    scgi_temp_path {home}/nginx/scgi;
    proxy_connect_timeout 2s;
    proxy_read_timeout 35s;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    server {{ listen {host}:{shop_port}; location / {{ proxy_pass http://{host}:{shop}; }} }}
    server {{ listen {host}:{store_port}; location / {{ proxy_pass http://{host}:{store}; }} }}
}}
"""


def is_installed() -> bool:
    return shutil.which("nginx") is not None


class Nginx(Part):
    def __init__(self, home: Path, *, shop: int, store: int):
        """:param shop, store: the ports behind it."""
        settings = home / "nginx" / "nginx.conf"
        command = ["nginx", "-c", str(settings), "-e", "stderr", "-g", "daemon off;"]
        super().__init__("nginx", command, home=home)
        self.shop_port, self.store_port = free_port(), free_port()
        settings.parent.mkdir(parents=True, exist_ok=True)
        ports = {"shop": shop, "store": store, "shop_port": self.shop_port, "store_port": self.store_port}
        settings.write_text(SETTINGS.format(home=home, host=HOST, **ports))

    def is_ready(self) -> bool:
        return answers(self.shop_port) and answers(self.store_port)
