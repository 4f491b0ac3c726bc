"""One good key, laid out in every way in which hands, editors, forms and shells lay out a text."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from .case import PEMS, PUBLIC, Case


def layouts() -> Iterator[Case]:
    for layout, pem in PEMS.items():
        text = pem.decode()
        head, *body, tail = text.splitlines()
        whole = "".join(body)
        fourth = body[3]

        def lines(*middle: str, head: str = head, tail: str = tail, end: str = "\n") -> str:
            return end.join((head, *middle, tail)) + end

        def columns(width: int, end: str = "\n", *, whole: str = whole) -> str:
            return lines(*(whole[at : at + width] for at in range(0, len(whole), width)), end=end)

        texts = {
            "as written": text,
            "CRLF": text.replace("\n", "\r\n"),
            "CR": text.replace("\n", "\r"),
            "LF CR": text.replace("\n", "\n\r"),
            "byte order mark": "\ufeff" + text,
            "byte order mark and CRLF": "\ufeff" + text.replace("\n", "\r\n"),
            "two byte order marks": "\ufeff\ufeff" + text,
            "byte order mark on the second line": "\n\ufeff" + text,
            "no final newline": text.rstrip("\n"),
            "many final newlines": text + "\n\n\n",
            "one line": text.replace("\n", ""),
            "body on one line": lines(whole),
            "BEGIN line joined to the body": text.replace("\n", "", 1),
            "END line joined to the body": head + "\n" + whole + tail + "\n",
            "76 columns": columns(76),
            "48 columns": columns(48),
            "65 columns": columns(65),
            "253 columns": columns(253),
            "254 columns": columns(254),
            "254 columns and CRLF": columns(254, "\r\n"),
            "255 columns": columns(255),
            "300 columns": columns(300),
            "one character a line": columns(1),
            "indented": "".join(f"    {line}\n" for line in text.splitlines()),
            "body indented": lines(*(f"  {line}" for line in body)),
            "END line indented": lines(*body, tail="  " + tail),
            "tabs before the body": lines(*(f"\t{line}" for line in body)),
            "tabs after each line": text.replace("\n", "\t\n"),
            "spaces after each line": text.replace("\n", "   \n"),
            "300 spaces after each line": text.replace("\n", " " * 300 + "\n"),
            "double quotes": f'"{text.strip()}"',
            "single quotes": f"'{text.strip()}'\n",
            "quotes on lines of their own": f'"\n{text}"\n',
            "backticks": f"`{text.strip()}`",
            "literal \\n": text.replace("\n", "\\n"),
            "literal \\r\\n": text.replace("\n", "\\r\\n"),
            "literal \\n in quotes": json.dumps(text),
            "literal \\n and newlines": text.replace("\n", "\\n\n"),
            "backslash at line ends": text.replace("\n", "\\\n"),
            "spaces for newlines": text.replace("\n", " "),
            "tabs for newlines": text.replace("\n", "\t"),
            "commas for newlines": text.replace("\n", ","),
            "no-break spaces for newlines": text.replace("\n", "\u00a0"),
            "no-break spaces after each line": text.replace("\n", "\u00a0\n"),
            "line separators for newlines": text.replace("\n", "\u2028"),
            "vertical tabs for newlines": text.replace("\n", "\v"),
            "form feed in the body": text.replace(fourth, fourth + "\f"),
            "zero-width space in the body": text.replace(fourth, fourth + "\u200b"),
            "zero-width space after each line": text.replace("\n", "\u200b\n"),
            "byte order mark in the body": text.replace(fourth, "\ufeff" + fourth),
            "en-dashes": text.replace("-", "\u2013"),
            "em-dashes": text.replace("-----", "\u2014\u2014-"),
            "one en-dash": text.replace("-----END", "----\u2013END"),
            "4 dashes": text.replace("-----", "----"),
            "6 dashes": text.replace("-----", "------"),
            "6 dashes at BEGIN": text.replace("-----BEGIN", "------BEGIN"),
            "6 dashes at END": text.replace("-----END", "------END"),
            "3 dashes at END": text.replace("-----END", "---END"),
            "lower case": text.lower(),
            "label in lower case": text.replace("PRIVATE KEY", "private key"),
            "begin and end in lower case": text.replace("BEGIN", "begin").replace("END", "end"),
            "two spaces in the label": text.replace("PRIVATE KEY", "PRIVATE  KEY"),
            "space before the dashes": text.replace("KEY-----", "KEY -----"),
            "comment before": "# my key\n" + text,
            "comment with PRIVATE KEY before": "# PRIVATE KEY of mine\n" + text,
            "comment with a BEGIN line before": f"# {head}\n" + text,
            "attributes before": "Bag Attributes\n    friendlyName: k\nKey Attributes: <No Attributes>\n" + text,
            "comment on the BEGIN line": "my key " + text,
            "long line before": "#" * 254 + "\n" + text,
            "long line without its end before": "#" * 254 + text,
            "comment after": text + "that was my key\n",
            "comment on the END line": text.rstrip("\n") + " that was it\n",
            "comment after the BEGIN line": text.replace("\n", " # key\n", 1),
            "comment inside": lines(*body[:4], "# half", *body[4:]),
            "header inside": lines("Comment: my key", "", *body),
            "header inside, no blank line": lines("Comment: my key", *body),
            "blank line after BEGIN": lines("", *body),
            "blank line after BEGIN, 76 columns": columns(76).replace("\n", "\n\n", 1),
            "blank line before END": lines(*body, ""),
            "blank line in the middle": lines(*body[:4], "", *body[4:]),
            "blank line between all lines": text.replace("\n", "\n\n"),
            "line of spaces before END": lines(*body, "    "),
            "NUL at the end": text + "\0",
            "NUL after each line": text.replace("\n", "\0\n"),
            "NUL before": "\0" + text,
            "NUL in the body": text.replace(fourth, fourth[:9] + "\0" + fourth[9:]),
            "Latin-1 letter before": "# cl\u00e9\n" + text,
            "Latin-1 letter in the body": text.replace(fourth, fourth[:9] + "\u00e9" + fourth[9:]),
            "emoji in the body": text.replace(fourth, "\U0001f511" + fourth),
            "asterisks in the body": text.replace(fourth, "*" * len(fourth)),
            "truncated in the body": text[: len(text) // 2],
            "truncated before END": head + "\n" + "\n".join(body) + "\n",
            "truncated in the END line": text[:-8],
            "last line missing": lines(*body[:-1]),
            "middle line missing": lines(*body[:4], *body[5:]),
            "line twice": lines(*body[:4], *body[3:]),
            "last character missing": lines(*body[:-1], body[-1].rstrip("=")[:-1]),
            "padding missing": lines(*body[:-1], body[-1].rstrip("=")),
            "padding too long": lines(*body[:-1], body[-1].rstrip("=") + "==="),
            "padding inside": lines(*body[:4], "==", *body[4:]),
            "more after the padding": lines(*body, "AAAA"),
            "dash in the body": lines(*body, "-AAAA"),
            "URL alphabet": text.replace("+", "-").replace("/", "_").replace(tail.replace("+", "-"), tail),
            "one character changed in the modulus": text.replace(body[1], _changed(body[1])),
            "one character changed in the exponent": text.replace(body[4], _changed(body[4])),
            "one character changed in the primes": text.replace(body[9], _changed(body[9])),
            "first character changed": text.replace(body[0], "A" + body[0][1:]),
            "no header": "\n".join((*body, tail)) + "\n",
            "no footer": "\n".join((head, *body)) + "\n",
            "body only": "\n".join(body) + "\n",
            "body only, one line": whole,
            "header and footer only": lines(),
            "header only": head,
            "base64 of PEM": base64.encodebytes(pem).decode(),
            "base64 of PEM, one line": base64.b64encode(pem).decode(),
            "JSON object": json.dumps({"secret": text}),
            "JSON of Node": json.dumps({"privateKey": text, "type": "rsa"}, indent=2),
            "YAML block": "secret: |\n" + "".join(f"  {line}\n" for line in text.splitlines()),
            "shell variable": f'SECRET="{text}"\n',
            "HTML": text.replace("\n", "<br>"),
            "quoted mail": "".join(f"> {line}\n" for line in text.splitlines()),
            "twice": text + text,
            "UTF-8 as Latin-1 as UTF-8": "\u00ef\u00bb\u00bf" + text,
        }
        for name, damaged in texts.items():
            yield Case(f"{layout}: {name}", damaged.encode(), PUBLIC)
        for encoding in ("utf-16-le", "utf-16-be", "utf-16", "utf-32-le"):
            yield Case(f"{layout}: {encoding.upper()}", text.encode(encoding), PUBLIC)
        yield Case(f"{layout}: Latin-1 byte before", b"# cl\xe9\n" + pem, PUBLIC)
        yield Case(f"{layout}: Latin-1 byte after each line", pem.replace(b"\n", b"\xa0\n"), PUBLIC)
        yield Case(
            f"{layout}: Latin-1 byte in the body", pem.replace(fourth.encode(), b"\xe9" + fourth.encode()), PUBLIC
        )


def _changed(line: str) -> str:
    return line[:20] + ("B" if line[20] == "A" else "A") + line[21:]
