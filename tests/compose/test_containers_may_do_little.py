"""Every container of docker-compose.yml runs with the least it needs."""

import re

import pytest
from composition import ROOT, composition, is_job, mounts

HOUSE = composition()
SERVICES = HOUSE["services"]
every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
FROM = re.compile(r"^FROM (\S+)", re.MULTILINE)


@every_service
def test_it_runs_as_a_user_that_is_not_root(service):
    user, _, group = service["user"].partition(":")
    assert int(user) > 0 and int(group) > 0


@every_service
def test_its_root_file_system_cannot_be_written(service):
    assert service["read_only"] is True


@every_service
def test_its_scratch_space_is_bounded_memory_or_a_volume(service):
    assert all("size=" in place or place.startswith("/run/") for place in service["tmpfs"])
    in_memory = {place.partition(":")[0] for place in service["tmpfs"]}
    assert "/tmp" in in_memory | {target for target, _ in mounts(service).values()}


@every_service
def test_it_has_no_capabilities(service):
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service and "privileged" not in service


@every_service
def test_it_cannot_gain_privileges(service):
    assert "no-new-privileges:true" in service["security_opt"]


@every_service
def test_its_memory_and_processes_are_limited(service):
    limits = service["deploy"]["resources"]["limits"]
    assert limits["memory"][-1] in "MG" and 0 < limits["pids"] <= 400


@every_service
def test_its_log_cannot_fill_the_disk(service):
    assert {"max-size", "max-file"} <= service["logging"]["options"].keys()


@every_service
def test_its_dead_children_are_reaped_and_signals_passed_on(service):
    assert service["init"] is True


@every_service
def test_what_runs_is_restarted_and_watched_and_a_job_ends(service):
    if is_job(service):
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["restart"] == "unless-stopped"
        assert {"test", "interval", "timeout", "retries", "start_period"} <= service["healthcheck"].keys()


def test_somebody_waits_for_each_job_so_that_its_failure_is_seen():
    waited_for = {
        name
        for service in SERVICES.values()
        for name, waits in service.get("depends_on", {}).items()
        if waits["condition"] == "service_completed_successfully"
    }
    assert waited_for == {name for name, service in SERVICES.items() if is_job(service)}


@every_service
def test_no_secret_is_in_its_environment(service):
    for name, value in service.get("environment", {}).items():
        if re.search("PASSWORD|SECRET|TOKEN|KEY", name):
            assert name.endswith("_FILE") and value.startswith("/run/bookshop/")
        assert not re.search(r"//[^/@]*:[^/@]*@", str(value)), f"{name} holds a password"


@every_service
def test_nothing_of_the_host_is_mounted(service):
    for volume in mounts(service):
        assert volume in HOUSE["volumes"]


def test_each_image_is_built_here_once_or_named_with_its_version():
    builders = [service["image"] for service in SERVICES.values() if "build" in service]
    assert len(builders) == len(set(builders))
    for service in SERVICES.values():
        if service["image"] in builders:
            assert "build" in service or service["pull_policy"] == "never"
        else:
            assert re.search(r":v?\d", service["image"]), service["image"]


def test_each_dockerfile_starts_from_a_version():
    dockerfiles = {service["build"]["dockerfile"] for service in SERVICES.values() if "build" in service}
    assert dockerfiles
    for dockerfile in dockerfiles:
        for base in FROM.findall((ROOT / dockerfile).read_text()):
            assert re.search(r":\d", base), f"{dockerfile}: {base}"
