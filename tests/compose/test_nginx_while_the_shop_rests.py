"""nginx with the settings of its image, in front of services that are not there, and of one that streams.

Needs nginx on this machine, no Docker.
"""

import os
import re
import shutil
import threading
from contextlib import ExitStack
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
    live = free_port()
    nobody = {f"http://{name}:8000": f"http://{HOST}:{free_port()}" for name in ("shop", "store")}
    nobody["http://shop-live:8000"] = f"http://{HOST}:{live}"
    shutil.copytree(ROOT / "nginx", tmp_path, dirs_exist_ok=True)
    (tmp_path / "tmp").mkdir()
    for file in (*tmp_path.glob("*.inc"), tmp_path / "nginx.conf", *(tmp_path / "sites").iterdir()):
        file.write_text(_replaced(file, {**ports, **nobody, **places}))
    # Started by root it would go on as somebody who may not read our folder.
    as_us = "user root;" if os.geteuid() == 0 else ""
    command = ["nginx", "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
    command += ["-g", f"daemon off; {as_us}"]
    nginx = Part("nginx", command, home=tmp_path / "home", ready=lambda: answers(shop))
    nginx.start()
    try:
        nginx.wait_until_ready()
        yield {"shop": f"http://{HOST}:{shop}", "store": f"http://{HOST}:{store}", "live": f"http://{HOST}:{live}"}
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


def test_a_text_that_is_too_large_for_the_shop_is_answered_with_what_to_do(shop_url):
    asked = HTTPConnection(shop_url.removeprefix("http://"), timeout=10)
    asked.putrequest("POST", "/contact/")
    asked.putheader("Content-Length", str(11 * 2**20))
    asked.endheaders()
    answer = asked.getresponse()
    assert answer.status == 413 and "send a shorter text" in answer.read().decode()
    asked.close()


@pytest.mark.parametrize("site", ["shop", "store"])
@pytest.mark.parametrize(
    ("path", "cookie", "status"), [(f"/?q={'x' * 9_000}", "", 414), ("/", "a=" + "x" * 9_000, 400)]
)
def test_what_is_too_long_to_be_read_is_answered_with_what_to_do(urls, site, path, cookie, status):
    answer = requests.get(urls[site] + path, headers={"Cookie": cookie} if cookie else {}, timeout=10)
    assert answer.status_code == status
    assert "This could not be read" in answer.text and "nginx" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    for page in ("not-read", "too-much"):
        assert requests.get(f"{urls['shop']}/{page}.html", timeout=10).status_code == 404


class Stream(BaseHTTPRequestHandler):
    """What shop-live does: says something at once, and goes on being there."""

    ends = threading.Event()
    asked = []

    def do_GET(self):
        self.asked.append(self.headers["X-Request-ID"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"data: first\n\n")
        self.ends.wait(20)

    def log_message(self, *_):
        pass


def test_a_stream_comes_as_it_is_sent_and_an_address_has_sixty_of_them(urls):
    server = ThreadingHTTPServer((HOST, int(urls["live"].rpartition(":")[2])), Stream)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    path, answers = f"{urls['shop']}/sse/orders/", []
    try:
        for _ in range(60):
            answers.append(requests.get(path, stream=True, timeout=10).iter_lines(chunk_size=1))
            assert next(answers[-1]) == b"data: first", "nothing waits for the end of the answer"
        assert requests.get(path, timeout=10).status_code == 429
        assert len(set(Stream.asked)) == 60 and all(re.fullmatch("[0-9a-f]{32}", name) for name in Stream.asked)
    finally:
        Stream.ends.set()
        server.shutdown()


def test_a_websocket_goes_through_with_its_subprotocol_and_an_address_has_sixty_of_them(urls):
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect
    from websockets.sync.server import serve

    def echo(one):
        for said in one:
            one.send(said)

    address, quick = urls["shop"].replace("http", "ws") + "/ws/orders/", {"compression": None, "open_timeout": 30}
    chosen = {"subprotocols": ["bookshop.v1"], "select_subprotocol": lambda _, offered: offered[0], "compression": None}
    with serve(echo, HOST, int(urls["live"].rpartition(":")[2]), **chosen) as server, ExitStack() as opened:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = {"subprotocols": ["bookshop.v1", "bearer.x.y.z"], **quick}
        first, *_ = [opened.enter_context(connect(address, **asked)) for _ in range(60)]
        first.send("said")
        assert first.recv(timeout=30) == "said" and first.subprotocol == "bookshop.v1"
        with pytest.raises(InvalidStatus) as refused, connect(address, **quick):
            pass
        assert refused.value.response.status_code == 429
