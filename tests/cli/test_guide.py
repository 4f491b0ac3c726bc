"""The guide's commands run as they are written, and its table names rules that exist."""

import re
import shlex
from pathlib import Path

import key_samples as keys
import pytest
from installations import API_KEY, Site, key, trading
from key_samples import PKCS1, private_pem, public_pem

from cli.command_line import PROJECT, process
from cli.on_terminal import converse
from superalgos_rsa.validator.rules.catalogue import RULES

GUIDE = (PROJECT / "docs" / "binance-rsa-keys.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = {"setup", "keygen", "pubkey", "convert", "set", "check", "preflight"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "Superalgos")
    site.workspace(*trading(key("", "Paste your exchange API Key", name="My key")), name="My")
    site.put("My-Secrets/old-key.pem", private_pem(keys.rsa_key(2048), PKCS1).replace(b"\n", b"\\n"))
    site.put("My-Secrets/at-the-exchange.pub.pem", public_pem(keys.rsa_key(2048)))
    return site


@pytest.mark.slow
@pytest.mark.parametrize("block", BLOCKS)
def test_the_commands_of_each_section_run_in_order_as_they_are_written(site: Site, block: str) -> None:
    answers = [("Enter to make a new pair: ", ""), ("API key from the exchange: ", API_KEY)]
    for line in block.replace("API_KEY_FROM_BINANCE", API_KEY).splitlines():  # as the reader fills it in
        program, *words = shlex.split(line)
        assert program == "superalgos-rsa"
        if words[0] == "setup" and "--code-name" not in words:
            code, shown = converse(words, answers, site.root)
        else:
            ended = process(*words, cwd=site.root)
            code, shown = ended.code, ended.out + ended.err
        assert code == 0, shown


def test_every_command_of_the_guide_is_tried() -> None:
    assert {shlex.split(line)[1] for block in BLOCKS for line in block.splitlines()} == COMMANDS


def test_every_rule_of_the_table_exists_and_is_linked() -> None:
    named = re.findall(r"\[`([a-z-]+)`\]\(rules\.md#([a-z-]+)\)", GUIDE)
    assert len(named) > 15
    assert all(name == anchor for name, anchor in named)
    assert {name for name, _ in named} <= set(RULES)
    pages = (PROJECT / "docs" / "rules.md").read_text("utf-8")
    assert all(f"\n## {name}\n" in pages or f"### {name}\n" in pages for name, _ in named)
