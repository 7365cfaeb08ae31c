"""Who can reach whom under docker compose. `scripts/compose/walls` tries the same on running containers."""

import pytest
import yaml
from composition import ROOT, composition, mounts, networks, published

HOUSE = composition()
SERVICES, NETWORKS = HOUSE["services"], HOUSE["networks"]


def neighbours(name: str) -> set[str]:
    mine = networks(SERVICES[name])
    return {other for other, service in SERVICES.items() if other != name and networks(service) & mine}


def test_only_nginx_has_published_ports_and_on_the_loopback_alone():
    assert {name for name, service in SERVICES.items() if published(service)} == {"nginx"}
    assert published(SERVICES["nginx"]) == ["127.0.0.1:8000:8000", "127.0.0.1:8001:8001", "127.0.0.1:8025:8025"]
    assert not any(service.get("network_mode", "none") != "none" for service in SERVICES.values())


def test_the_ports_are_settings():
    ports = published(composition(SHOP_PORT="1", STORE_PORT="2", MAIL_PORT="3")["services"]["nginx"])
    assert ports == ["127.0.0.1:1:8000", "127.0.0.1:2:8001", "127.0.0.1:3:8025"]


@pytest.mark.parametrize(
    ("database", "users"),
    [
        ("shop-db", {"shop", "shop-live", "shop-migrate", "demo-prices", "worker", "worker-mail", "worker-pictures"}),
        ("store-db", {"store", "store-migrate", "demo", "worker-imports"}),
    ],
)
def test_a_database_is_reached_by_its_own_service_only(database, users):
    """S1: the shop cannot reach the store's database nor the reverse."""
    assert neighbours(database) == users


def test_the_store_is_reached_by_http_from_the_shop_its_workers_and_nginx():
    assert neighbours("store") - {"rabbitmq", "redis"} == {
        "shop",
        "worker",
        "worker-pictures",
        "nginx",
        "demo",
        "store-migrate",
        "store-db",
        "worker-imports",
    }


def test_the_two_sides_meet_on_one_network_only():
    assert networks(SERVICES["store"]) & networks(SERVICES["shop"]) == {"road"}


def test_only_nginx_and_the_mail_sender_have_a_way_outside():
    outside = {name for name, network in NETWORKS.items() if not network.get("internal")}
    assert {name for name, service in SERVICES.items() if networks(service) & outside} == {"nginx", "worker-mail"}
    assert not any(not networks(service) and "network_mode" not in service for service in SERVICES.values())


@pytest.mark.parametrize("more", ["payments", "pictures"])
def test_what_is_laid_over_gives_a_way_outside_and_no_secret_in_the_clear(more):
    services = yaml.safe_load((ROOT / f"docker-compose.{more}.yml").read_text())["services"]
    assert services.keys() <= SERVICES.keys()
    for name, service in services.items():
        assert service["networks"] == ["outbound"], name
        assert not [key for key in service["environment"] if "SECRET" in key and not key.endswith("_FILE")]


@pytest.mark.parametrize("name", ["shop-db", "store-db", "rabbitmq", "redis"])
def test_nginx_reaches_no_database_broker_or_cache(name):
    assert "nginx" not in neighbours(name)


READERS_OF_SECRETS = {
    "secrets-kept": set(),
    "secrets-shop": {
        "shop",
        "shop-live",
        "shop-migrate",
        "demo-prices",
        "worker",
        "worker-mail",
        "worker-pictures",
        "beat",
    },
    "secrets-store": {"store", "store-migrate", "demo", "worker-imports"},
    "secrets-demo": {"demo"},
    "secrets-shop-db": {"shop-db"},
    "secrets-store-db": {"store-db"},
    "secrets-rabbitmq": {"rabbitmq"},
    "secrets-redis": {"redis"},
}


def test_each_secret_is_read_by_those_who_need_it_and_written_by_the_job_alone():
    found = {volume: set() for volume in HOUSE["volumes"] if volume.startswith("secrets-")}
    for name, service in SERVICES.items():
        for volume, (_, writable) in mounts(service).items():
            if volume in found and name != "secrets":
                assert not writable, f"{name} may write {volume}"
                found[volume].add(name)
    assert found == READERS_OF_SECRETS


def test_the_services_token_is_written_by_the_store_and_read_by_the_shop():
    """L31: nobody copies it by hand."""
    users = {name: mounts(service).get("service-token") for name, service in SERVICES.items()}
    writers = {name for name, mount in users.items() if mount and mount[1]}
    assert writers == {"store-migrate", "secrets"}  # the latter only lends the empty volume its owner
    assert not users["shop"][1] and not users["worker"][1] and not users["nginx"]


def test_whether_staff_need_a_second_step_is_handed_on_to_both_and_not_decided_here():
    """An empty one would mean no to a service; one that is not set follows from DEMO."""
    assert all(SERVICES[name]["environment"].get("STAFF_TOTP", "missing") is None for name in ("shop", "store"))


def test_without_the_demo_there_is_no_mail_catcher_and_no_demo_account():
    services = composition(DEMO="0")["services"]
    assert services["mail"]["deploy"]["replicas"] == "0"
    told = {
        name: service["environment"]["DEMO"]
        for name, service in services.items()
        if "DEMO" in service.get("environment", {})
    }
    assert (
        set(told.values()) == {"0"} and {"nginx", "demo", "demo-prices", "shop-migrate", "store-migrate"} <= told.keys()
    )
