"""Programs that follow a description to the letter, and some that break it, made up by schemathesis: whatever they send,
the answer is one that the description has.

`API_CASES` says how many of each kind ask each door; the few of every test run are always the same ones.
"""

import os
from collections.abc import Callable, Mapping

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.mutations import Mutation, OperatorKind
from schemathesis.core.parameters import ParameterLocation

USUAL_CASES = 2
# What each field alone allows may still be refused, such as a coupon that nobody gave out: but not for its kind or form.
REFUSED_FOR_A_REASON = {400, 412, 422}


def asked(
    app: Callable,
    description: str,
    *,
    headers: Mapping[str, str],
    known: Mapping[str, object],
    to_read=None,
    briefly: bool = False,
) -> dict:
    """This function will ask every door that a description names, and answer what was wrong, by door.

    :param description: its address.
    :param headers: by which the caller is known; `to_read` by whom the description is read, if not by the caller.
    :param briefly: whether one case of each kind is enough, since others ask the same doors as well.
    :param known: what stands in paths: some cases name things that are there, the others whatever there may be.
    """
    load_all_checks()
    schema = schemathesis.openapi.from_wsgi(description, _from_here(app), headers=dict(to_read or headers))
    checks, cases = schemathesis.checks.CHECKS.get_all(), int(os.environ.get("API_CASES") or USUAL_CASES)
    wrong: dict[str, str] = {}
    for found in schema.get_all_operations():
        door = found.ok()
        there = {name: value for name, value in known.items() if f"{{{name}}}" in door.path}
        ways = [(GenerationMode.POSITIVE, None)]
        if door.body or door.query:  # else nothing can be broken
            ways.append((GenerationMode.NEGATIVE, None))
        if there:
            ways.append((GenerationMode.POSITIVE, there))
        for mode, path_parameters in ways:
            try:
                _ask(door, mode, path_parameters, headers, checks, cases=1 if briefly else cases)
            except (FailureGroup, AssertionError, Unsatisfiable) as error:
                wrong[door.label] = str(error)[:900]
    return wrong


def _ask(door, mode: GenerationMode, path_parameters, headers: Mapping[str, str], checks: list, *, cases: int) -> None:
    options = {"path_parameters": path_parameters} if path_parameters else {}

    @hypothesis_settings(
        max_examples=cases,
        derandomize="API_CASES" not in os.environ,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=door.as_strategy(mode, **options))
    def ask(case):
        answer = case.call(headers=dict(headers))
        unfit = _unfit(case, answer, ours=headers)
        fit = [check for check in checks if check.__name__ not in unfit]
        case.validate_response(answer, checks=fit, headers=dict(headers))

    ask()


def _unfit(case, answer, *, ours: Mapping[str, str]) -> set[str]:
    """Names of checks that would find fault with an answer that is right."""
    unfit = set()
    if answer.status_code == 503 and "retry-after" in answer.headers:
        unfit.add(
            "not_a_server_error"
        )  # nobody else runs here: a door that needs the other service says when to come again
    if answer.status_code in REFUSED_FOR_A_REASON and answer.json()["type"] != "/problems/not-json":
        unfit.add("positive_data_acceptance")
    if answer.status_code == 412 or _is_fine_when_sent(case, ours):
        unfit.add("negative_data_rejection")
    return unfit


def _is_fine_when_sent(case, ours: Mapping[str, str]) -> bool:
    """Whether what was broken is none the less what we take."""
    return any(_is_harmless(one, case, ours) for one in getattr(case.meta.phase.data, "mutations", ()))


def _is_harmless(broken: Mutation, sent, ours: Mapping[str, str]) -> bool:
    """A number that is written as text is taken for the number it is, and the other way about; spaces around a text do not
    count; an empty choice is as if it were left out; and our own headers are put in place of broken ones."""
    match broken.parameter_location:
        case ParameterLocation.BODY:
            text = broken.new_value
            return broken.operator == OperatorKind.CHANGE_TYPE or (isinstance(text, str) and text != text.strip())
        case ParameterLocation.QUERY:
            return (sent.query or {}).get(broken.parameter) in ("", [""])
        case ParameterLocation.HEADER:
            return any(name in repr(broken) for name in ours)
    return False


def _from_here(app: Callable) -> Callable:
    return lambda environ, start: app({**environ, "REMOTE_ADDR": "127.0.0.1"}, start)
