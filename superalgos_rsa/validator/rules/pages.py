"""The catalogue for people: one rule as plain text, all rules as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from superalgos_rsa.validator.rules.model import Rule

_WIDTH = 88

_INTRODUCTION = """\
# Rules

<!-- Made by `python -m superalgos_rsa.validator.rules > docs/rules.md`. -->

Each rule is one mistake. An **error** means: it does not work, or it does not do what you think. A **warning** means:
it works today, but there is a danger. An **info** is good to know. The messages of the exchange are those of Binance.
`superalgos-rsa rule ID` prints one of these pages.
"""


def severity_of(rule: Rule) -> str:
    """In words: `error, info while no task needs the key`."""
    words: list[str] = [rule.severity]
    if rule.other_severity:
        words.append(f"{rule.other_severity} in the special case")
    if rule.unused_severity:
        words.append(f"{rule.unused_severity} while no task needs the key")
    return ", ".join(words)


def _sections(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "What the rule sees", rule.sees
    yield "What the engine does", rule.engine
    yield "What the exchange answers", rule.exchange or "Nothing: this alone changes no answer of the exchange."
    yield "How to mend it", rule.mend


def page(rule: Rule) -> str:
    """One rule as text for a terminal."""
    import textwrap

    parts = [f"{rule.id} ({severity_of(rule)})\n{rule.title}"]
    for heading, text in _sections(rule):
        body = textwrap.fill(
            text, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        parts.append(f"{heading}\n{body}")
    return "\n\n".join(parts) + "\n"


def markdown_of(subjects: Sequence[tuple[str, Sequence[Rule]]]) -> str:
    """The text of docs/rules.md for these subjects and their rules."""
    lines = [_INTRODUCTION, "| Rule | Severity | In short |", "| --- | --- | --- |"]
    lines += [
        f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {rule.title} |" for _, rules in subjects for rule in rules
    ]
    for subject, rules in subjects:
        lines += ["", f"## {subject}"]
        for rule in rules:
            lines += ["", f"### {rule.id}", "", f"**{rule.title}** ({severity_of(rule)})"]
            for heading, text in _sections(rule):
                lines += ["", f"*{heading}.* {text}"]
    return "\n".join(lines) + "\n"
