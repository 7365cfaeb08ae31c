"""What the API and webhooks may do is said by settings, which reach the containers; what is left out is the safe side."""

import re

import pytest
from composition import ROOT, composition

API = (
    "API_CORS_ORIGINS",
    "API_RATE_GUEST",
    "API_RATE_CUSTOMER",
    "API_RATE_STAFF",
    "API_RATE_SPARING",
    "API_LOG_IN_DAYS",
)
WEBHOOKS = ("WEBHOOK_PORTS", "WEBHOOK_HTTP", "WEBHOOK_NETWORKS", "WEBHOOK_GIVE_UP_DAYS", "WEBHOOK_KEEP_DAYS")
SERVICES = ("shop", "worker")  # the page that takes an address, and who sends


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_elses_pages_nor_private_networks_are_let_in_unless_somebody_says_so(service):
    told = composition()["services"][service]["environment"]
    assert (told["API_CORS_ORIGINS"], told["WEBHOOK_NETWORKS"], told["WEBHOOK_HTTP"]) == ("", "", "0")
    assert told["WEBHOOK_PORTS"] == "443,8443"


@pytest.mark.parametrize("service", SERVICES)
def test_each_setting_reaches_the_containers_and_is_documented(service):
    given = {name: f"given-{name}" for name in (*API, *WEBHOOKS)}
    told = composition(**given)["services"][service]["environment"]
    assert {name: told[name] for name in given} == given
    table = "\n".join(re.findall(r"^\| `.*", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert [name for name in given if f"`{name}`" not in table] == []


def test_the_rates_are_those_that_the_shop_has_by_itself():
    settings = (ROOT / "services" / "shop" / "shop" / "settings.py").read_text()
    usual = dict(re.findall(r'"(API_RATE_\w+)", default="([^"]+)"', settings))
    told = composition()["services"]["shop"]["environment"]
    assert usual == {name: told[name] for name in API if name.startswith("API_RATE_")}
