"""nginx with the settings of its image, in front of a shop that is not there. Needs nginx on this machine, no Docker."""

import os
import shutil
from pathlib import Path

import pytest
import requests
from composition import ROOT

from parts.ports import HOST, answers, free_port
from parts.process import Part
from prove.nginx import is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="no nginx on this machine")


@pytest.fixture
def shop_url(tmp_path):
    """The shop's address at nginx, with the image's folders moved below one of ours."""
    places = {
        "/etc/nginx/mime.types": "/etc/nginx/mime.types",
        "/etc/nginx": str(tmp_path),
        "/tmp/": f"{tmp_path}/tmp/",
    }
    ports = {"listen 8000": f"listen {free_port()}", "listen 127.0.0.1:8080": f"listen {HOST}:{free_port()}"}
    nobody = {"http://shop:8000": f"http://{HOST}:{free_port()}"}
    shutil.copytree(ROOT / "nginx", tmp_path, dirs_exist_ok=True)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "sites" / "store.conf").unlink()
    for file in (tmp_path / "nginx.conf", tmp_path / "files.inc", tmp_path / "sites" / "shop.conf"):
        file.write_text(_replaced(file, {**ports, **nobody, **places}))
    port = int(ports["listen 8000"].split()[1])
    # Started by root it would go on as somebody who may not read our folder.
    as_us = "user root;" if os.geteuid() == 0 else ""
    command = ["nginx", "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
    command += ["-g", f"daemon off; {as_us}"]
    nginx = Part("nginx", command, home=tmp_path / "home", ready=lambda: answers(port))
    nginx.start()
    try:
        nginx.wait_until_ready()
        yield f"http://{HOST}:{port}"
    finally:
        nginx.stop()


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
