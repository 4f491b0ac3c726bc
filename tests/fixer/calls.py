"""How a command ended that was run in this process."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def plan(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Ended]
