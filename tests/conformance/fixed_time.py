"""Requests that a real class signs at one and the same time, so that only the secret or the parameters differ."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from .engines import HERE

_SCRIPT = """
const { exchange: id, path, api, cases } = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const ccxt = require(process.argv[1])
console.warn = console.error = () => {}
const exchange = new ccxt[id]({ apiKey: 'apiKey', password: 'password' })
exchange.nonce = () => 1700000000000
const answers = cases.map(({ secret, params }) => {
    exchange.secret = secret
    try {
        const { body, headers } = exchange.sign(path, api, 'POST', params)
        return { body, headers: headers || {} }
    } catch (error) {
        return { body: '', headers: {}, error: error.message }
    }
})
process.stdout.write(JSON.stringify(answers))
"""


class Case(TypedDict):
    secret: str
    params: Mapping[str, object]


class Signed(TypedDict):
    body: str
    headers: Mapping[str, str]
    error: NotRequired[str]


def signed(package: str, exchange: str, path: str, api: str, cases: Sequence[Case]) -> list[Signed]:
    request = json.dumps({"exchange": exchange, "path": path, "api": api, "cases": cases})
    done = subprocess.run(
        ["node", "-e", _SCRIPT, package], input=request, cwd=HERE, capture_output=True, text=True, check=True
    )
    answers: list[Signed] = json.loads(done.stdout)
    assert len(answers) == len(cases)
    return answers
