"""What a proof on containers asks of Docker, without a Docker: docker is a list of what was asked, and prepared answers."""

import json
import subprocess
from decimal import Decimal

import psycopg
import pytest
from composition import composition, is_job

from prove import container, containers, docker
from prove.engines import ENGINES, ContainerNemesis
from prove.plan import EVERYTHING, BadPlan, Fault, Plan, make_plan
from prove.proxy import Mode

PLAN = Plan(orders=5, seed=1, payment_window_s=20)
SERVICES = composition()["services"]


class FakeDocker:
    """Remembers what was asked, and answers by the first words."""

    def __init__(self):
        self.asked: list[tuple[str, ...]] = []
        self.given: list[str] = []
        self.answers: dict[str, str] = {}
        self.fails: set[str] = set()

    def __call__(self, *arguments: str, given: str = "", **_) -> str:
        self.asked.append(arguments)
        self.given.append(given)
        if arguments[0] in self.fails:
            raise docker.DockerFailed("container is not running")
        return self.answers.get(arguments[0], "")

    def asked_for(self, verb: str) -> list[tuple[str, ...]]:
        return [arguments for arguments in self.asked if arguments[0] == verb]


@pytest.fixture
def engine(monkeypatch):
    fake = FakeDocker()
    fake.answers["ps"] = "\n".join(f"{name} id-of-{name}" for name in SERVICES)
    for module in (docker, container, containers):
        monkeypatch.setattr(module, "docker", fake)
    return fake


@pytest.fixture
def seen(engine):
    """This function will say how the containers are from now on."""

    def say(status: str, health: str, restarts: int = 0) -> None:
        state = {"Status": status, "Health": {"Status": health}}
        rows = [f"id-of-{name} {restarts} {json.dumps(state)}" for name in SERVICES if not name.startswith("demo")]
        rows.append('id-of-demo 0 {"Status": "exited", "ExitCode": 0}')
        engine.answers["inspect"] = "\n".join(rows) + "\n"

    say("running", "healthy")
    return say


@pytest.fixture
def system(engine, seen, tmp_path):
    system = containers.ComposeSystem(tmp_path / "home", PLAN)
    system.looks.renew()
    return system


def test_every_container_that_runs_is_a_part_and_every_server_can_be_cut_off():
    running = {name for name, service in SERVICES.items() if not is_job(service)}
    assert set(containers.PARTS) == running
    faults = {(fault.part, fault.kind) for fault in containers.matrix()}
    assert faults >= {(part, kind) for part in running for kind in ("kill", "pause")}
    assert faults >= {(part, kind) for part in containers.SERVERS for kind in ("refuse", "hole")}
    assert faults >= {("rabbitmq", "wipe"), (EVERYTHING, "kill")}


def test_lost_answers_are_for_processes_only_and_the_proof_says_so():
    kinds = {name: {fault.kind for fault in engine.matrix()} for name, engine in ENGINES.items()}
    assert kinds["processes"] - kinds["compose"] == {"lost_answer"} and kinds["compose"] < kinds["processes"]
    assert "lost_answer" in ENGINES["compose"].left_out and not ENGINES["processes"].left_out
    with pytest.raises(BadPlan, match="Kinds: kill, pause, refuse, hole, wipe. Parts: .*worker-mail"):
        make_plan(orders=5, seed=1, faults="lost_answer", possible=containers.matrix())


def test_faults_are_chosen_by_the_names_of_the_containers():
    plan = make_plan(orders=5, seed=1, faults="worker-mail hole:shop-db", possible=containers.matrix())
    expected = {("worker-mail", "kill"), ("worker-mail", "pause"), ("shop-db", "hole")}
    assert {(fault.part, fault.kind) for fault in plan.faults} == expected


def test_the_override_names_services_that_there_are_and_sets_the_plans_settings():
    services = containers.override(PLAN)["services"]
    assert set(services) <= set(SERVICES)
    for name in ("shop", "worker", "worker-mail", "worker-pictures", "beat"):
        assert services[name]["environment"]["PAYMENT_WINDOW_S"] == "20"
    assert int(services["store"]["environment"]["HOLD_S"]) > 20
    assert services["beat"]["environment"]["SWEEP_EVERY_S"] == "2"
    assert {services[name]["environment"]["DEMO"] for name in ("demo", "demo-prices")} == {"0"}


def test_no_setting_of_an_installation_reaches_a_proof(monkeypatch, tmp_path):
    for name in ("EMAIL_URL", "DEMO", "STAFF_TOTP", "SHOP_HOSTS", "COMPOSE_PROFILES", "DOCKER_HOST"):
        monkeypatch.setenv(name, "of the installation")
    environment = docker.untouched_environment()
    assert environment.keys() & {"EMAIL_URL", "DEMO", "STAFF_TOTP", "SHOP_HOSTS", "COMPOSE_PROFILES"} == set()
    assert environment["DOCKER_HOST"] == "of the installation"


def test_the_proof_is_a_project_of_its_own_without_a_file_of_settings(system, engine):
    system.compose("config")
    command = engine.asked[-1]
    assert command[:3] == ("compose", "--env-file", "/dev/null")
    assert "bookshop-prove-" in command[command.index("--project-name") + 1]


def test_two_checkouts_do_not_share_a_project(engine, tmp_path):
    projects = {containers.ComposeSystem(tmp_path / name, PLAN).compose.project for name in ("one", "two")}
    assert len(projects) == 2


def test_nothing_is_asked_of_docker_for_a_system_that_was_never_started(engine, tmp_path):
    containers.ComposeSystem(tmp_path / "home", PLAN).stop()
    assert engine.asked == []


def test_what_a_killed_proof_left_paused_is_woken_before_it_is_ended(system, engine):
    system.compose.down()
    verbs = [arguments[0] for arguments in engine.asked]
    assert verbs.index("unpause") < verbs.index("compose")
    assert "status=paused" in engine.asked_for("ps")[-2]


def test_stopping_kills_and_takes_the_volumes_away(system, engine):
    system._began = True
    system.stop()
    words = [arguments[-5:] for arguments in engine.asked_for("compose")]
    assert words[0][-1] == "kill"
    assert words[1][-5:] == ("down", "--volumes", "--remove-orphans", "--timeout", "1")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("beat", "kill", 0), ("kill", "--signal", "KILL", "id-of-beat")),
        (Fault("beat", "kill", 0), ("start", "id-of-beat")),
        (Fault("store", "pause", 0), ("pause", "id-of-store")),
        (Fault("store", "pause", 0), ("unpause", "id-of-store")),
        (Fault("rabbitmq", "wipe", 0), ("volume", "rm")),
    ],
)
def test_a_fault_becomes_a_command(system, engine, fault, expected):
    ContainerNemesis(system, clock=lambda: 0.0).strike(fault)
    assert any(arguments[: len(expected)] == expected for arguments in engine.asked)


def test_a_container_that_cannot_be_frozen_at_once_is_tried_again(system, engine, monkeypatch):
    engine.fails.add("pause")
    monkeypatch.setattr(container.time, "sleep", lambda s: engine.fails.clear())
    system.part("store").pause()
    assert len(engine.asked_for("pause")) == 2


def test_a_container_that_cannot_be_frozen_at_all_is_said(system, engine, monkeypatch):
    monkeypatch.setattr(container, "PAUSE_AGAIN_S", 0.0)
    engine.fails.add("pause")
    with pytest.raises(docker.DockerFailed):
        system.part("store").pause()


def test_a_power_cut_kills_all_at_once_and_starts_all_again(system, engine, monkeypatch):
    monkeypatch.setattr("prove.engines.docker", engine)
    ContainerNemesis(system, clock=lambda: 0.0).strike(Fault(EVERYTHING, "kill", 0))
    [kill] = engine.asked_for("kill")
    everybody = {f"id-of-{name}" for name in containers.PARTS}
    assert set(kill[3:]) == everybody == {ids[0] for _, *ids in engine.asked_for("start")}


def test_a_server_that_leaves_its_networks_comes_back_under_its_names(system, engine):
    engine.answers["inspect"] = json.dumps({"p_road": {"Aliases": ["store", "4f"]}, "p_data": {"Aliases": None}})
    system.links.turn("store", Mode.REFUSE)
    left = [arguments[2] for arguments in engine.asked_for("network")]
    assert left == ["p_road", "p_data"]
    system.links.turn("store", Mode.PASS)
    back = [arguments[1:] for arguments in engine.asked_for("network")[2:]]
    assert back == [
        ("connect", "--alias", "store", "--alias", "4f", "p_road", "id-of-store"),
        ("connect", "p_data", "id-of-store"),
    ]


def test_pulled_plugs_are_put_back(system, engine):
    system.links.turn("redis", Mode.HOLE)
    system.links.turn("redis", Mode.PASS)
    assert [arguments[-1] for arguments in engine.asked_for("run")] == ["down", "up"]
    assert all("container:id-of-redis" in arguments for arguments in engine.asked_for("run"))


def test_containers_know_no_lost_answer(system):
    with pytest.raises(ValueError, match="lost_answer"):
        system.links.turn("store", Mode.LOST_ANSWER)


def test_what_docker_has_started_again_is_remembered_once(system, seen):
    nemesis = ContainerNemesis(system, clock=lambda: 0.0)
    nemesis.look_after()
    assert nemesis.died == []
    seen("running", "healthy", restarts=1)
    system.looks.forget()
    nemesis.look_after()
    nemesis.look_after()
    assert sorted(nemesis.died) == sorted(containers.PARTS)


def test_a_container_that_has_ended_is_named_with_the_end_of_its_log(system, engine, seen):
    seen("exited", "none")
    engine.answers["logs"] = "no such table\n"
    with pytest.raises(Exception, match="(?s)store ended.*no such table"):
        system.part("store").check()


def test_what_did_not_become_healthy_at_the_start_is_told_with_its_log(system, engine, seen, monkeypatch):
    def refuse(*_, **__):
        raise docker.DockerFailed("dependency failed to start")

    seen("running", "unhealthy")
    engine.answers["logs"] = "no such table\n"
    monkeypatch.setattr(system, "compose", refuse)
    with pytest.raises(docker.DockerFailed, match="(?s)dependency failed.*no such table"):
        system._up()


def test_rows_come_from_psql_with_exact_amounts(system, engine):
    engine.answers["exec"] = '[{"total": 12.30, "number": "4f", "is_open": true}]'
    with system.db_shop.connect() as shop:
        rows = shop.execute("SELECT 1")
    assert rows.fetchone() == rows.fetchall()[0] == next(iter(rows))
    assert rows == [{"total": Decimal("12.30"), "number": "4f", "is_open": True}]
    assert engine.given[-1] == "SELECT coalesce(json_agg(row), '[]') FROM (SELECT 1) AS row;"


def test_a_database_that_is_away_is_said_as_psycopg_says_it(system, engine):
    engine.fails.add("exec")
    with pytest.raises(psycopg.OperationalError), system.db_store.connect() as store:
        store.execute("SELECT 1")


@pytest.mark.parametrize("reason", [FileNotFoundError("docker"), subprocess.TimeoutExpired("docker", 20)])
def test_a_machine_without_docker_is_told_so_in_one_sentence(monkeypatch, reason):
    def run(*_, **__):
        raise reason

    monkeypatch.setattr(docker.subprocess, "run", run)
    with pytest.raises(docker.NoDocker, match="^Docker with its compose plugin is needed"):
        docker.ensure_docker()
