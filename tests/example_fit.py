"""Whether the examples in a description of an API are of the shapes that they are examples of."""

from collections.abc import Iterator

from jsonschema import Draft202012Validator, FormatChecker


def misfits(description: dict, *, written_in: str) -> list[str]:
    """This function will find bodies, answers and errors without an example, and examples that do not fit.

    :param written_in: the file that a missing one belongs into.
    """
    components, wrong = _to_the_letter(description), []
    for door, media in _bodies(description):
        judge = Draft202012Validator({**media["schema"], "components": components}, format_checker=FormatChecker())
        examples = media.get("examples") or wrong.append(f"{door}: write one in {written_in}") or {}
        for name, example in examples.items():
            value = components["examples"][name]["value"] if "$ref" in example else example["value"]
            wrong += [f"{door}, {name}: {error.message}" for error in judge.iter_errors(value)]
    return wrong


def _bodies(description: dict) -> Iterator[tuple[str, dict]]:
    for path, verbs in description["paths"].items():
        for verb, door in verbs.items():
            for status, one in {"body": door.get("requestBody", {}), **door["responses"]}.items():
                yield from _of_json(f"{verb.upper()} {path} {status}", one)
    for name, one in description["components"]["responses"].items():
        yield from _of_json(name, one)


def _of_json(where: str, one: dict) -> Iterator[tuple[str, dict]]:
    for kind, media in one.get("content", {}).items():
        if "json" in kind:
            yield where, media


def _to_the_letter(description: dict) -> dict:
    """All components, in which nothing may stand that is not described."""
    components = description["components"]
    exact = {
        name: {**shape, "additionalProperties": False} if shape.get("properties") else shape
        for name, shape in components["schemas"].items()
    }
    return {**components, "schemas": exact}
