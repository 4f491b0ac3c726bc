"""Checks values by the JSON Schemas. The messages never quote the value, which may be a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superalgos_rsa.errors import UsageError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

_NAMES = ("config", "key-config", "report", "stream", "vault", "workspace")

_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a document that its schema does not allow."""

    pointer: tuple[str | int, ...]
    """The place; for a missing member, that of the object without it."""
    message: str
    """A clause without a full stop, such as `must be text, not a number`."""
    keyword: str
    """The JSON Schema keyword that refused the value."""


def names() -> tuple[str, ...]:
    """The names of the schemas, for the other functions and for `superalgos-rsa schema`."""
    return _NAMES


@cache
def text(name: str) -> str:
    """The text of a schema; raises `UsageError` for an unknown name."""
    if name not in _NAMES:
        raise UsageError(f"there is no schema {name!r}", hint=f"the schemas are: {', '.join(_NAMES)}")
    # In a wheel the schemas lie in the package, in a checkout beside it.
    here = Path(__file__)
    file = here.parent / "schemas" / f"{name}.schema.json"
    return (file if file.is_file() else here.parents[2] / "schemas" / file.name).read_text(encoding="utf-8")


def problems(name: str, value: Any) -> list[Problem]:
    """What is wrong with `value` by the schema of that name, in the order of the value; empty if it is valid."""
    quick = QUICK.get(name)
    if quick is not None and quick(value):
        return []
    validator = _validator(name)
    try:
        errors = list(validator.iter_errors(value))
    # The validator formats the refused value for its message, and Python cannot format these two.
    except RecursionError:
        return [Problem((), "is nested too deep", "type")]
    except ValueError:
        return [Problem((), "holds a number of thousands of digits", "type")]
    found = dict.fromkeys(problem for error in errors for problem in _problems(error))
    return sorted(found, key=lambda problem: [_sortable(step) for step in problem.pointer])


def first_problem(name: str, value: Any) -> Problem | None:
    """The first thing wrong with `value` as a reader of an earlier version sees it, who passes over later members."""
    errors = _validator(name).iter_errors(value)
    told = (error for error in errors if error.validator != "additionalProperties")
    return next((problem for error in told for problem in _problems(error)), None)


def _sortable(step: str | int) -> tuple[int, str]:
    return (step, "") if isinstance(step, int) else (-1, step)


@cache
def _validator(name: str) -> Draft202012Validator:
    import json

    from jsonschema import Draft202012Validator  # takes 0.1 s, which a valid value never costs

    return Draft202012Validator(json.loads(text(name)))


def _problems(error: ValidationError) -> Iterator[Problem]:
    keyword, pointer = str(error.validator), tuple(error.absolute_path)
    wanted: Any = error.validator_value
    value: Any = error.instance
    schema: Any = error.schema
    if keyword == "required":
        for name in wanted:
            if name not in value:
                yield Problem(pointer, f"lacks `{name}`", keyword)
    elif keyword == "additionalProperties":
        for name in value:
            if name not in schema["properties"]:
                yield Problem((*pointer, name), "is not a known member", keyword)
    else:
        yield Problem(pointer, _message(keyword, wanted, value), keyword)


def _message(keyword: str, wanted: Any, value: Any) -> str:
    match keyword:
        case "type":
            types = [wanted] if isinstance(wanted, str) else wanted
            return f"must be {' or '.join(_TYPES[one] for one in types)}, not {_kind(value)}"
        case "const":
            return f"must be {_literal(wanted)}"
        case "enum":
            return f"must be one of {', '.join(_literal(one) for one in wanted)}"
        case "minimum":
            return f"must not be less than {wanted}"
        case _:
            return "has not the right form"


def _literal(wanted: Any) -> str:
    return "null" if wanted is None else f"`{wanted}`"


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _has_text(value: dict[str, Any], required: tuple[str, ...], optional: tuple[str, ...] = ()) -> bool:
    return all(isinstance(value.get(name), str) for name in required) and all(
        isinstance(value.get(name, ""), str) for name in optional
    )


def _is_key_config(value: Any) -> bool:
    return isinstance(value, dict) and _has_text(value, ("codeName", "secret"), ("uid", "password"))


def _is_vault(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(entry, dict)
        and _has_text(entry, ("type", "key", "value"))
        and entry["type"] in ("exchange", "github")
        for entry in value
    )


def _is_workspace(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "Workspace"
        and _has_text(value, ("name",), ("config",))
        and isinstance(value.get("rootNodes"), list)
        and all(
            isinstance(node, dict) and _has_text(node, ("type",), ("name", "project", "config", "id"))
            for node in value["rootNodes"]
        )
    )


# True only if the value is certainly valid; otherwise the validator says what is wrong.
QUICK: dict[str, Callable[[Any], bool]] = {
    "key-config": _is_key_config,
    "vault": _is_vault,
    "workspace": _is_workspace,
}
