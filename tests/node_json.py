"""The real `JSON.parse`, asked."""

import json
import subprocess
from types import TracebackType
from typing import Any, Self

# Reads one question a line and answers each with one line: whether the text is JSON, and its value spelled out so that
# nothing is lost which JSON cannot say (Infinity).
_PROGRAM = """
const spell = v => typeof v === 'number' ? ['number', String(v)] : Array.isArray(v) ? ['list', v.map(spell)]
  : v !== null && typeof v === 'object' ? ['object', Object.keys(v).map(k => [k, spell(v[k])])] : ['plain', v]
require('readline').createInterface({input: process.stdin, crlfDelay: Infinity}).on('line', line => {
  const [text, wanted] = JSON.parse(line)
  let answer = [false, null]
  try { const value = JSON.parse(text); answer = [true, wanted ? spell(value) : null] } catch (e) { }
  process.stdout.write(JSON.stringify(answer) + '\\n')
})
"""


class NodeJson:
    """One Node process for all questions."""

    def __init__(self, node: str) -> None:
        command = [node, "-e", _PROGRAM]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def accepts(self, text: str) -> bool:
        return bool(self._ask(text, wanted=False)[0])

    def parse(self, text: str) -> Any:
        """The value in the spelling of `spelled`, or `None` where JavaScript refuses the text."""
        accepted, value = self._ask(text, wanted=True)
        return _read(value) if accepted else None

    def _ask(self, text: str, *, wanted: bool) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([text, wanted]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _read(value: Any) -> Any:
    kind, content = value
    if kind == "number":
        return kind, float(content)
    if kind == "list":
        return kind, [_read(item) for item in content]
    if kind == "object":
        return kind, {name: _read(item) for name, item in content}
    return kind, content


def spelled(value: Any) -> Any:
    """A Python value as JavaScript has it: every number a double, and `True` not the same as 1."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return "plain", value
    if isinstance(value, int | float):
        try:
            return "number", float(value)
        except OverflowError:
            return "number", float("inf") if value > 0 else float("-inf")
    if isinstance(value, list):
        return "list", [spelled(item) for item in value]
    return "object", {name: spelled(item) for name, item in value.items()}
