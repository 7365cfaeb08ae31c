"""`make demo` as a newcomer meets it: one start, its card, a second start, a taken port, the end, and the next day."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest
import requests

from launched import PORTS, Launched
from parts import ROOT
from parts.ports import is_taken

STOPPED_WITHIN_SECONDS = 10


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    launched = Launched(tmp_path_factory.mktemp("demo"))
    launched.start()
    yield launched
    if launched.launcher.poll() is None:
        launched.end()


def books_in(page):
    return set(re.findall(r'href="(/books?/[^"?#]+)"', page))


def sign_in(url, email, password):
    """This function will log in through the form at the address and return the page behind it."""
    session = requests.Session()
    form = session.get(url, timeout=10)
    names = dict(re.findall(r'<input[^>]*name="(csrfmiddlewaretoken)"[^>]*value="([^"]+)"', form.text))
    field = "username" if 'name="username"' in form.text else "login"
    data = {**names, field: email, "password": password, "next": "/"}
    return session.post(form.url, data=data, headers={"Referer": form.url}, timeout=10)


def test_the_card_names_every_door_and_log_in(demo):
    card = demo.card
    assert {name: set(card[name]) for name in ("shop", "store", "live", "mail")} == {
        name: {"url"} for name in ("shop", "store", "live", "mail")
    }
    assert set(card["logins"]) == {"customer", "owner", "packer", "keeper", "office", "dispatcher", "agent"}
    assert all(set(login) == {"email", "password"} for login in card["logins"].values())
    assert len(card["service_token"]) >= 32
    assert demo.card_file.stat().st_mode & 0o777 == 0o600
    for text in (*[login["password"] for login in card["logins"].values()], card["shop"]["url"], card["mail"]["url"]):
        assert text in demo.log.read_text(), "the same is on the screen"


def test_every_secret_is_for_its_owner_only(demo):
    files = [path for path in (demo.home / "secrets").rglob("*") if path.is_file()]
    assert files and {path.stat().st_mode & 0o077 for path in files} == {0}


def test_the_shop_shows_books_the_moment_the_card_is_there(demo):
    assert books_in(requests.get(demo.card["shop"]["url"], timeout=10).text)


def test_the_customer_can_log_in_at_the_shop(demo):
    login = demo.card["logins"]["customer"]
    page = sign_in(f"{demo.card['shop']['url']}/accounts/login/", **login)
    assert page.status_code == 200 and login["email"] in page.text or "Log out" in page.text


@pytest.mark.parametrize("who", ["owner", "packer", "keeper"])
def test_the_staff_can_log_in_at_the_store_and_a_customer_cannot(demo, who):
    door = f"{demo.card['store']['url']}/admin/login/"
    assert "errornote" not in sign_in(door, **demo.card["logins"][who]).text
    assert "errornote" in sign_in(door, **demo.card["logins"]["customer"]).text


def test_the_service_token_opens_the_feed_and_nothing_else_does(demo):
    feed = f"{demo.card['store']['url']}/api/books/changes/?limit=1"
    token = demo.card["service_token"]
    assert requests.get(feed, headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code == 200
    assert requests.get(feed, timeout=10).status_code == 401


def test_everything_listens_on_this_machine_only(demo):
    """Another of the machine's own addresses stands for the network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; it only asks which address would be used
        except OSError:
            pytest.skip("this machine has no address but the loopback")
        address = probe.getsockname()[0]
    for name in PORTS:
        with pytest.raises(OSError):
            socket.create_connection((address, int(demo.env[name])), timeout=1).close()


def test_a_second_start_says_that_the_demo_runs(demo):
    answer = demo.again()
    assert answer.returncode == 1
    assert (
        "running already" in answer.stderr
        and demo.card["shop"]["url"] in answer.stderr
        and "make down" in answer.stderr
    )
    assert demo.launcher.poll() is None and demo.card_file.exists()


def test_a_taken_port_is_named_with_the_way_out(demo, tmp_path):
    other = Launched(tmp_path, {name: int(demo.env[name]) for name in PORTS})
    answer = other.again()
    assert answer.returncode == 1
    assert f"SHOP_PORT={demo.env['SHOP_PORT']}" in answer.stderr and "make demo" in answer.stderr


def test_a_port_that_is_no_port_is_refused(demo):
    answer = subprocess.run(
        [ROOT / "scripts" / "demo"], env={**demo.env, "SHOP_PORT": "http"}, capture_output=True, text=True, timeout=30
    )
    assert answer.returncode == 1 and "SHOP_PORT must be a port number" in answer.stderr


def test_a_part_that_is_killed_comes_back(demo):
    pid = int((demo.home / "run" / "store.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    url = f"{demo.card['store']['url']}/health/live"
    deadline = time.monotonic() + 30
    while "store is started again" not in demo.log.read_text() or not alive(url):
        assert time.monotonic() < deadline, demo.log.read_text()
        time.sleep(0.2)
    assert f"store has ended (-9); its log: {demo.home}/log/store.log" in demo.log.read_text()
    demo.count_family()


def alive(url):
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def run(demo, script, *arguments):
    command = [ROOT / "scripts" / script, *arguments]
    return subprocess.run(command, env=demo.env, capture_output=True, text=True, timeout=120)


def epoch_of_the_feed(demo):
    headers = {"Authorization": f"Bearer {demo.card['service_token']}"}
    url = f"{demo.card['store']['url']}/api/books/changes/?limit=1"
    return requests.get(url, headers=headers, timeout=10).json()["epoch"]


def test_a_services_own_commands_run_inside_the_demo(demo):
    done = run(demo, "manage", "store", "rotate_credential", "--help")
    assert done.returncode == 0 and "--overlap-hours" in done.stdout, done.stderr
    assert run(demo, "manage", "shop", "no_such_command").returncode == 1


def test_a_services_commands_need_a_running_demo(tmp_path):
    env = {**os.environ, "DEMO_DIR": str(tmp_path)}
    command = [ROOT / "scripts" / "manage", "shop", "sync_books"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "make demo" in done.stderr


def test_term_stops_everything_in_time_and_the_data_are_there_the_next_day(demo):
    """L32"""
    before, books = demo.card, books_in(requests.get(demo.card["shop"]["url"], timeout=10).text)
    assert demo.end(signal.SIGTERM) < STOPPED_WITHIN_SECONDS
    assert demo.launcher.returncode == 0
    assert demo.left_over() == [] and not demo.card_file.exists()
    assert not [name for name in PORTS if is_taken(int(demo.env[name]))]
    demo.start()
    assert demo.card == before, "the same log-ins and the same token"
    assert books_in(requests.get(demo.card["shop"]["url"], timeout=10).text) == books
    assert demo.end(signal.SIGINT) < STOPPED_WITHIN_SECONDS, "Ctrl-C does the same"
    assert demo.left_over() == []


def test_a_running_demo_is_backed_up_and_after_a_restore_the_feed_begins_anew(demo, tmp_path):
    """The shop's position was read in a database that no longer is, so the store must not take it for its own."""
    if demo.launcher.poll() is not None:
        demo.start()
    before, books = epoch_of_the_feed(demo), books_in(requests.get(demo.card["shop"]["url"], timeout=10).text)
    done = run(demo, "backup", tmp_path / "backup.tar")
    assert done.returncode == 0, done.stderr
    demo.end()
    done = run(demo, "restore", "--yes", tmp_path / "backup.tar")
    assert done.returncode == 0, done.stderr
    demo.start()
    assert epoch_of_the_feed(demo) != before
    assert books_in(requests.get(demo.card["shop"]["url"], timeout=10).text) == books
    sync = run(demo, "manage", "shop", "sync_books")
    assert sync.returncode == 0, sync.stderr


def test_down_stops_a_demo_from_another_terminal(demo):
    if demo.launcher.poll() is not None:
        demo.start()
    answer = demo.again("down")
    assert (answer.returncode, answer.stdout.strip()) == (0, "The demo is stopped.")
    demo.launcher.wait(timeout=5)
    assert demo.left_over() == []
    assert demo.again("down").stdout.strip() == "The demo is not running."
