"""The job `secrets` makes what is missing and hands it out; it never changes what is there."""

import stat
import sys

import pytest
from compose import make_secrets


@pytest.fixture
def folders(tmp_path, monkeypatch):
    for reader in ("kept", *make_secrets.READERS):
        (tmp_path / reader).mkdir()
    monkeypatch.setattr(make_secrets, "SECRETS", tmp_path)
    monkeypatch.setattr(make_secrets, "KEPT", tmp_path / "kept")
    return tmp_path


def start(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["make_secrets.py", *arguments])
    make_secrets.main()


def everything(folder) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_first_start_makes_every_secret_and_no_two_are_alike(folders, monkeypatch):
    start(monkeypatch)
    kept = everything(folders / "kept")
    assert kept.keys() == make_secrets.MAKERS.keys()
    assert len(set(kept.values())) == len(kept)
    assert all(len(value) >= 20 for value in kept.values())
    assert len(kept["shop-secret-key"]) >= 50


def test_another_start_changes_nothing(folders, monkeypatch):
    """L32: starting never destroys."""
    start(monkeypatch)
    before = everything(folders)
    start(monkeypatch)
    assert everything(folders) == before


def test_both_sides_of_a_password_agree(folders, monkeypatch):
    start(monkeypatch)
    password = (folders / "kept" / "broker").read_text()
    assert (folders / "shop" / "broker-password").read_text() == password
    assert f"default_pass = {password}\n" in (folders / "rabbitmq" / "rabbitmq.conf").read_text()
    assert (folders / "shop-db" / "password").read_text() == (folders / "shop" / "database-password").read_text()


def test_a_reader_gets_no_secret_of_another(folders, monkeypatch):
    start(monkeypatch)
    shop, store = everything(folders / "shop").values(), everything(folders / "store").values()
    for name in ("store-db", "store-secret-key", "packer", "keeper", "shop-db-superuser", "store-db-superuser"):
        assert (folders / "kept" / name).read_text() not in shop
    for name in ("shop-db", "shop-secret-key", "customer", "shop-db-superuser", "store-db-superuser"):
        assert (folders / "kept" / name).read_text() not in store


def test_files_are_for_their_group_and_cannot_be_written(folders, monkeypatch):
    start(monkeypatch)
    modes = {
        stat.S_IMODE(path.stat().st_mode)
        for path in folders.rglob("*")
        if path.parent.name != "kept" and path.is_file()
    }
    assert modes == {0o440}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folders / "kept").iterdir()} == {0o400}


def test_a_lost_copy_is_handed_out_again(folders, monkeypatch):
    start(monkeypatch)
    before = everything(folders)
    (folders / "store" / "secret-key").unlink()
    start(monkeypatch)
    assert everything(folders) == before


def test_rotating_changes_that_secret_alone_and_every_copy_of_it(folders, monkeypatch):
    start(monkeypatch)
    before = everything(folders)
    start(monkeypatch, "rotate", "redis")
    after = everything(folders)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "kept/redis",
        "shop/redis-password",
        "store/redis-password",
        "redis/redis.conf",
        "redis/password",
    }


def test_a_name_that_is_no_secret_is_refused(folders, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        start(monkeypatch, "rotate", "shop-databse")
    assert "shop-databse" in capsys.readouterr().err
