"""nginx with the settings of its image, in front of services that are not there. Needs nginx on this machine, no Docker."""

import os
import shutil
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests
from composition import ROOT

from parts.ports import HOST, answers, free_port
from parts.process import Part
from prove.nginx import is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="no nginx on this machine")


@pytest.fixture
def urls(tmp_path):
    """The addresses of shop and store at nginx, with the image's folders moved below one of ours."""
    places = {
        "/etc/nginx/mime.types": "/etc/nginx/mime.types",
        "/etc/nginx": str(tmp_path),
        "/tmp/": f"{tmp_path}/tmp/",
    }
    shop, store = free_port(), free_port()
    ports = {"listen 8000": f"listen {shop}", "listen 8001": f"listen {store}"}
    ports["listen 127.0.0.1:8080"] = f"listen {HOST}:{free_port()}"
    nobody = {f"http://{name}:8000": f"http://{HOST}:{free_port()}" for name in ("shop", "store")}
    shutil.copytree(ROOT / "nginx", tmp_path, dirs_exist_ok=True)
    (tmp_path / "tmp").mkdir()
    for file in (tmp_path / "nginx.conf", tmp_path / "files.inc", *(tmp_path / "sites").iterdir()):
        file.write_text(_replaced(file, {**ports, **nobody, **places}))
    # Started by root it would go on as somebody who may not read our folder.
    as_us = "user root;" if os.geteuid() == 0 else ""
    command = ["nginx", "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
    command += ["-g", f"daemon off; {as_us}"]
    nginx = Part("nginx", command, home=tmp_path / "home", ready=lambda: answers(shop))
    nginx.start()
    try:
        nginx.wait_until_ready()
        yield {"shop": f"http://{HOST}:{shop}", "store": f"http://{HOST}:{store}"}
    finally:
        nginx.stop()


@pytest.fixture
def shop_url(urls):
    return urls["shop"]


def _replaced(file: Path, words: dict[str, str]) -> str:
    """One word after the other, each hidden from those that follow."""
    text = file.read_text()
    for place, word in enumerate(words):
        text = text.replace(word, f"\0{place}\0")
    for place, new in enumerate(words.values()):
        text = text.replace(f"\0{place}\0", new)
    return text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whoever_asks_is_told_to_come_back_in_a_moment(shop_url, method):
    """Also who presses "Place the order" just then; a posted form once got a bare 405."""
    answer = requests.request(method, f"{shop_url}/checkout/", data={"seen_total": "1.00"}, timeout=10)
    assert answer.status_code == 502
    assert "Back in a moment" in answer.text
    assert answer.headers["Retry-After"] == "5" and answer.headers["Cache-Control"] == "no-store"


def test_the_page_has_no_address_of_its_own(shop_url):
    assert requests.get(f"{shop_url}/resting.html", timeout=10).status_code == 404


@pytest.mark.parametrize(("path", "megabytes"), [("catalogue/book/1/change/", 11), ("importing/importrun/add/", 1_101)])
def test_a_file_that_is_too_large_for_the_store_is_answered_with_what_to_do(urls, path, megabytes):
    """Before its bytes are sent: nobody waits for a gigabyte to hear that."""
    asked = HTTPConnection(urls["store"].removeprefix("http://"), timeout=10)
    asked.putrequest("POST", f"/admin/{path}")
    asked.putheader("Content-Length", str(megabytes * 2**20))
    asked.endheaders()
    answer = asked.getresponse()
    assert answer.status == 413
    assert "A file for an import may have up to 1 GB" in answer.read().decode()
    asked.close()
    assert requests.get(f"{urls['store']}/too-large.html", timeout=10).status_code != 200
