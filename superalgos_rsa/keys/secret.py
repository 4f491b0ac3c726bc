"""A value that must not be seen: it has no text of its own, so no log, report or traceback can show it."""

from __future__ import annotations

from typing import NoReturn, final


@final
class Secret:
    """Text that opens only by `reveal()`. It prints as `<secret>`, and it neither pickles nor formats."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The text itself."""
        return self.__text

    def __repr__(self) -> str:
        return "<secret>"

    def __format__(self, spec: str) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.__text == other.__text

    def __hash__(self) -> int:
        return hash(self.__text)

    def __bool__(self) -> bool:
        return bool(self.__text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be copied or stored")
