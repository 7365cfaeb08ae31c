"""`scripts/backup` and `scripts/restore`: both databases and the pictures, as one file, with and without a running demo."""

import os
import subprocess
import tarfile

import psycopg
import pytest

from parts import ROOT
from parts.lock import Lock
from parts.ports import free_port
from parts.postgres import Postgres

SERVICES = ("shop", "store")


def script(name, home, *arguments, env=None):
    command = [str(ROOT / "scripts" / name), *map(str, arguments)]
    env = {**os.environ, "DEMO_DIR": str(home), **(env or {})}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=180)


class Data:
    """What a demo of one book and one picture has on disk."""

    def __init__(self, home):
        self.home = home

    def write(self, title):
        for name, connection in self._connections():
            connection.execute("CREATE TABLE IF NOT EXISTS book (title text)")
            connection.execute("DELETE FROM book")
            connection.execute("INSERT INTO book VALUES (%s)", [title])
            folder = self.home / "media" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "cover.jpg").write_text(title)

    def read(self):
        titles = [
            (connection.execute("SELECT title FROM book").fetchone()[0], self.cover(name), self.owner(connection))
            for name, connection in self._connections()
        ]
        assert titles[0][:2] == titles[1][:2], "both services are in one backup"
        assert [title[2] for title in titles] == list(SERVICES), "the tables belong to their service again"
        return titles[0][:2]

    def owner(self, connection):
        return connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'book'").fetchone()[0]

    def cover(self, name):
        return (self.home / "media" / name / "cover.jpg").read_text()

    def _connections(self):
        postgres = Postgres(self.home, free_port())
        postgres.start()
        try:
            postgres.wait_until_ready()
            for name in SERVICES:
                with psycopg.connect(postgres.url(name)) as connection:
                    yield name, connection
        finally:
            postgres.stop()


@pytest.fixture
def data(home):
    data = Data(home)
    data.write("Emma")
    return data


@pytest.fixture
def backup(data, home, tmp_path):
    file = tmp_path / "backup.tar"
    done = script("backup", home, file)
    assert done.returncode == 0, done.stderr
    return file


def test_what_was_backed_up_comes_back(data, home, backup):
    data.write("Persuasion")
    done = script("restore", home, "--yes", backup)
    assert done.returncode == 0, done.stderr
    assert data.read() == ("Emma", "Emma")


def test_data_are_not_replaced_without_yes(data, home, backup):
    """L32"""
    data.write("Persuasion")
    done = script("restore", home, backup)
    assert done.returncode == 1 and "--yes" in done.stderr
    assert data.read() == ("Persuasion", "Persuasion")


def test_a_new_machine_needs_no_yes_and_gets_no_demo_books(home, backup, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    done = script("restore", elsewhere, backup)
    assert done.returncode == 0, done.stderr
    assert Data(elsewhere).read() == ("Emma", "Emma")
    assert (elsewhere / "loaded").exists()


def test_after_a_restore_neither_role_enters_the_others_database(home, backup):
    script("restore", home, "--yes", backup)
    postgres = Postgres(home, free_port())
    postgres.start()
    try:
        postgres.wait_until_ready()
        with psycopg.connect(postgres.url("shop")) as connection:
            allowed = connection.execute("SELECT has_database_privilege('shop', 'store', 'CONNECT')").fetchone()
            assert allowed == (False,)
    finally:
        postgres.stop()


@pytest.mark.parametrize("cut", [0, 3000])
def test_a_broken_file_changes_nothing(data, home, backup, cut):
    backup.write_bytes(backup.read_bytes()[:cut])
    done = script("restore", home, "--yes", backup)
    assert done.returncode == 1 and done.stderr
    assert data.read() == ("Emma", "Emma")


def test_a_backup_holds_addresses_and_is_for_its_owner_only(backup):
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_backup_never_overwrites_another(data, home, backup):
    done = script("backup", home, backup)
    assert done.returncode == 2 and "exists already" in done.stderr


@pytest.mark.parametrize(("told", "fine"), [(1, True), (2, False)])
def test_pictures_that_come_and_go_meanwhile_stop_no_backup_and_unreadable_ones_do(data, home, tmp_path, told, fine):
    """tar ends with 1 if a folder changed while it was read, and with 2 if it could not read."""
    (home / "media" / "shop" / "unfinished.part").touch()
    tar = tmp_path / "bin" / "tar"
    tar.parent.mkdir()
    tar.write_text(f'#!/bin/sh\nPATH="{os.environ["PATH"]}" tar "$@" && exit {told}\n')
    tar.chmod(0o755)
    path = f"{tar.parent}:{os.environ['PATH']}"
    done = script("backup", home, tmp_path / "backup.tar", env={"PATH": path})
    assert (done.returncode == 0) == fine == (tmp_path / "backup.tar").exists(), done.stderr
    if fine:
        with (
            tarfile.open(tmp_path / "backup.tar") as whole,
            tarfile.open(fileobj=whole.extractfile("shop-media.tar")) as media,
        ):
            assert media.getnames() == [".", "./cover.jpg"]


def test_nothing_is_restored_below_a_running_demo(data, home, backup):
    with Lock(home).take("the shop is at http://127.0.0.1:8000"):
        done = script("restore", home, "--yes", backup)
    assert done.returncode == 1 and "make down" in done.stderr


def test_without_a_demo_there_is_nothing_to_back_up(tmp_path):
    done = script("backup", tmp_path / "nowhere", tmp_path / "backup.tar")
    assert done.returncode == 1 and "make demo" in done.stderr
    assert not (tmp_path / "backup.tar").exists()
