"""Make the installation's secrets where they are missing, and hand each reader its own: make_secrets.py [rotate NAME…].

Every secret is kept once, in KEPT. Each reader has a folder (a volume that only it mounts) with the files it needs.
What exists is never made anew unless `rotate` names it.
"""

import argparse
import os
import secrets
from pathlib import Path

SECRETS = Path("/secrets")
KEPT = SECRETS / "kept"
READERS_MODE = 0o440


def long_key() -> str:
    return secrets.token_urlsafe(48)


def password() -> str:
    return secrets.token_urlsafe(24)


def typed_password() -> str:
    """For people: short enough to be typed from the card, about 71 bits."""
    return "-".join(secrets.token_hex(3) for _ in range(3))


MAKERS = {
    "shop-secret-key": long_key,
    "store-secret-key": long_key,
    "shop-db-superuser": password,
    "shop-db": password,
    "store-db-superuser": password,
    "store-db": password,
    "broker": password,
    "redis": password,
    "customer": typed_password,
    "owner": typed_password,
    "packer": typed_password,
    "keeper": typed_password,
    "office": typed_password,
    "dispatcher": typed_password,
    "agent": typed_password,
}

RABBITMQ_CONF = """\
default_user = bookshop
default_pass = {broker}
"""
REDIS_CONF = """\
requirepass {redis}
save ""
appendonly no
maxmemory 96mb
maxmemory-policy allkeys-lru
"""

# reader → file → what is in it, with the secrets' names in braces
READERS = {
    "shop": {
        "secret-key": "{shop-secret-key}",
        "database-password": "{shop-db}",
        "broker-password": "{broker}",
        "redis-password": "{redis}",
        "customer-password": "{customer}",
        "owner-password": "{owner}",
        "office-password": "{office}",
        "dispatcher-password": "{dispatcher}",
        "agent-password": "{agent}",
    },
    "store": {
        "secret-key": "{store-secret-key}",
        "database-password": "{store-db}",
        "broker-password": "{broker}",
        "redis-password": "{redis}",
        "owner-password": "{owner}",
        "packer-password": "{packer}",
        "keeper-password": "{keeper}",
    },
    "demo": {
        f"{login}-password": f"{{{login}}}"
        for login in ("customer", "owner", "packer", "keeper", "office", "dispatcher", "agent")
    },
    "shop-db": {"superuser-password": "{shop-db-superuser}", "password": "{shop-db}"},
    "store-db": {"superuser-password": "{store-db-superuser}", "password": "{store-db}"},
    "rabbitmq": {"rabbitmq.conf": RABBITMQ_CONF, "password": "{broker}"},
    "redis": {"redis.conf": REDIS_CONF, "password": "{redis}"},
}


def write(path: Path, text: str, *, mode: int, group: int | None = None) -> None:
    """This function will put a file in place in one step, so that no reader ever meets half of it."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if group is not None:
        os.chown(draft, -1, group)
    draft.chmod(mode)
    draft.rename(path)


def keep(names_to_rotate: set[str]) -> tuple[dict[str, str], list[str]]:
    """Every secret by its name, made where it was missing; and the names of those that were made."""
    values, made = {}, []
    for name, make in MAKERS.items():
        path = KEPT / name
        if name in names_to_rotate or not path.exists():
            write(path, make(), mode=0o400)
            made.append(name)
        values[name] = path.read_text()
    return values, made


def hand_out(values: dict[str, str]) -> None:
    for reader, files in READERS.items():
        folder = SECRETS / reader
        for name, template in files.items():
            text = template.format(**values)
            path = folder / name
            if not path.exists() or path.read_text() != text:
                write(path, text, mode=READERS_MODE, group=folder.stat().st_gid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    rotate = parser.add_subparsers(dest="command").add_parser("rotate", help="make new values for these")
    rotate.add_argument("names", nargs="+", metavar="NAME", choices=sorted(MAKERS))
    options = parser.parse_args()
    values, made = keep(set(options.names if options.command else ()))
    hand_out(values)
    print(f"Secrets made: {', '.join(made)}." if made else "All secrets are there; none was changed.")


if __name__ == "__main__":
    main()
