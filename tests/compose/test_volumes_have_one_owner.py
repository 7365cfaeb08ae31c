"""An empty volume takes the owner of the folder it is mounted over, at each start of a container: all must say the same."""

import re
import shlex

from composition import ROOT, composition, mounts

SERVICES = composition()["services"]
INSTALLED = re.compile(r"\binstall -d ([^&\n]+)")
USERS = {"shop": "10001", "store": "10002"}


def dockerfile_of(image: str) -> str:
    built = [service["build"] for service in SERVICES.values() if service.get("image") == image and "build" in service]
    return (ROOT / built[0]["context"] / built[0]["dockerfile"]).read_text() if built else ""


def owners(image: str) -> dict[str, str]:
    """folder made by the image → the user it is made for"""
    found = {}
    for line in INSTALLED.findall(dockerfile_of(image)):
        words = shlex.split(line.removesuffix("\\"))
        user = words[words.index("-o") + 1] if "-o" in words else "0"
        found |= dict.fromkeys((word for word in words if word.startswith("/")), USERS.get(user, user))
    return found


def given() -> dict[str, set[str]]:
    """volume → the users that containers of different images would give it to while it is empty"""
    found: dict[str, set[str]] = {}
    for service in SERVICES.values():
        folders = owners(service.get("image", ""))
        for volume, (target, _) in mounts(service).items():
            found.setdefault(volume, set()).update({folders[target]} if target in folders else ())
    return found


def test_no_container_gives_a_volume_to_another_user():
    volumes = given()
    assert {volume: users for volume, users in volumes.items() if len(users) > 1} == {}
    assert (volumes["store-media"], volumes["shop-media"]) == ({"10002"}, {"10001"}), "the folders were found at all"
