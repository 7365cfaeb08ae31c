"""docker-compose.yml as a reader of the defaults sees it: anchors merged, `${NAME:-default}` replaced. Needs no Docker."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
INNERMOST = re.compile(r"\$\{(\w+)(?::?-([^${}]*))?\}")


def interpolated(text: str, environment: dict[str, str]) -> str:
    """Compose's `${NAME}` and `${NAME:-default}`, also one inside another; `$$` stays a dollar."""
    text = text.replace("$$", "\0")
    while match := INNERMOST.search(text):
        value = environment.get(match[1]) or match[2] or ""
        text = text[: match.start()] + value + text[match.end() :]
    if "$" in text:
        raise ValueError(f"Not understood: {text}")
    return text.replace("\0", "$")


def _walk(value: Any, environment: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _walk(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, environment) for item in value]
    return interpolated(value, environment) if isinstance(value, str) else value


def composition(**environment: str) -> dict:
    return _walk(yaml.safe_load((ROOT / "docker-compose.yml").read_text()), environment)


def published(service: dict) -> list[str]:
    return service.get("ports", [])


def networks(service: dict) -> set[str]:
    return set(service.get("networks", []))


def mounts(service: dict) -> dict[str, tuple[str, bool]]:
    """volume → where it is mounted, and whether it may be written there"""
    parsed = [mount.split(":") for mount in service.get("volumes", [])]
    return {volume: (target, mode != ["ro"]) for volume, target, *mode in parsed}


def is_job(service: dict) -> bool:
    return service["restart"] == "no"
