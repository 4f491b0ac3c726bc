"""The example for Ansible, as it stands, against real SSH servers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import absent
from installations import Site, key, trading
from ssh_servers import Network, free_port, network, user

from superalgos_rsa.documents import schema

PROJECT = Path(__file__).parents[1]
EXAMPLE = PROJECT / "docs/examples/ansible"
ANSIBLE = PROJECT / ".ansible/bin"
"""Of the environment of its own that .ci/run makes, so that no version of it is tied to the package."""


class Ended(NamedTuple):
    code: int
    out: str


@pytest.fixture(scope="module")
def ansible() -> Path:
    found = shutil.which("ansible-playbook", path=f"{ANSIBLE}:{os.environ.get('PATH', '')}")
    return Path(found) if found else absent("there is no ansible-playbook to run the example")


@pytest.fixture(scope="module")
def superalgos_rsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as one file, as it is installed on a server."""
    program = tmp_path_factory.mktemp("program") / "superalgos-rsa"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m superalgos_rsa "$@"\n', "utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, dict[str, int]]]:
    """Four that answer, each with another verdict, and one that is down."""
    with ExitStack() as stack:
        made = stack.enter_context(network(tmp_path_factory.mktemp("ssh") / "network"))
        ports = {"down": free_port()}
        for name, secret, ccxt in (
            ("ready", "My-Secrets/k.pem", "2.7.62"),
            ("newer", "My-Secrets/k.pem", "4.4.25"),
            ("broken", "My-Secrets/gone.pem", "4.5.84"),
            ("bare", None, None),
        ):
            server = stack.enter_context(made.server(name))
            ports[name] = server.port
            if secret is not None and ccxt is not None:
                site = Site(server.home / "Superalgos", ccxt)
                site.put_key()
                site.workspace(*trading(key(secret)))
        yield made, ports


def play(
    ansible: Path, program: Path, machines: tuple[Network, dict[str, int]], names: list[str], folder: Path
) -> Ended:
    """The playbook on these machines; only the addresses differ from the inventory of the example."""
    made, ports = machines
    hosts = "".join(
        f"{name} ansible_port={ports[name]} superalgos_root={made.folder}/{name}/home/Superalgos\n" for name in names
    )
    (folder / "inventory.ini").write_text(
        f"[task_servers]\n{hosts}\n[task_servers:vars]\nansible_host=127.0.0.1\nansible_user={user()}\nsuperalgos_rsa={program}\n"
        f"ansible_ssh_common_args={made.options}\nansible_python_interpreter={sys.executable}\n",
        "utf-8",
    )
    shutil.copy(EXAMPLE / "preflight.yml", folder)
    environment = {
        "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder), "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_SSH_ARGS": "-o ControlMaster=no",
        "XDG_STATE_HOME": str(folder / "state"),
    }  # fmt: skip
    words = [str(ansible), "-i", "inventory.ini", "preflight.yml", "-e", f"superalgos_rsa_here={program}"]
    ended = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return Ended(ended.returncode, ended.stdout + ended.stderr)


def report(program: Path, file: Path) -> Ended:
    ended = subprocess.run([program, "report", file], capture_output=True, text=True, check=False)
    return Ended(ended.returncode, ended.stdout)


def test_the_verdicts_of_all_are_there_and_the_one_that_is_down_is_named(
    ansible: Path, superalgos_rsa: Path, machines: tuple[Network, dict[str, int]], tmp_path: Path
) -> None:
    names = ["ready", "down", "broken", "newer", "bare"]
    played = play(ansible, superalgos_rsa, machines, names, tmp_path)
    assert played.code == 2, played.out
    assert "exit code 3" in played.out
    file = tmp_path / "task-servers.json"
    found = json.loads(file.read_text("utf-8"))
    assert schema.problems("report", found) == []
    assert {task["server"]: task["ready"] for task in found["tasks"]} == {"ready": True, "newer": True, "broken": False}
    errors = [(f["rule"], f["server"]) for f in found["findings"] if f["severity"] == "error"]
    unreachable = [("task-server-unreachable", name) for name in ("down", "bare")]
    assert sorted(errors) == sorted([("path-not-found", "broken"), *unreachable])
    shown = report(superalgos_rsa, file)
    assert shown.code == 3
    assert "the tasks on down may start" in " ".join(shown.out.split())
    assert "[path-not-found]" in shown.out


@pytest.mark.parametrize(("names", "code"), [(["ready", "newer"], 0), (["ready", "broken"], 1), (["ready", "down"], 3)])
def test_the_play_passes_only_where_every_task_may_start(
    ansible: Path,
    superalgos_rsa: Path,
    machines: tuple[Network, dict[str, int]],
    tmp_path: Path,
    names: list[str],
    code: int,
) -> None:
    played = play(ansible, superalgos_rsa, machines, names, tmp_path)
    assert (played.code == 0) == (code == 0), played.out
    assert report(superalgos_rsa, tmp_path / "task-servers.json").code == code


def test_a_machine_that_was_up_at_an_earlier_run_is_not_spoken_for(
    ansible: Path, superalgos_rsa: Path, machines: tuple[Network, dict[str, int]], tmp_path: Path
) -> None:
    assert play(ansible, superalgos_rsa, machines, ["ready"], tmp_path).code == 0
    made, ports = machines
    gone = (made, {**ports, "ready": ports["down"]})
    assert play(ansible, superalgos_rsa, gone, ["ready"], tmp_path).code == 2
    assert report(superalgos_rsa, tmp_path / "task-servers.json").code == 3


def test_the_inventory_of_the_example_gives_what_the_playbook_asks_for(ansible: Path, tmp_path: Path) -> None:
    words = [str(ansible.with_name("ansible-inventory")), "-i", str(EXAMPLE / "inventory.ini"), "--list"]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)}
    listed = json.loads(subprocess.run(words, env=environment, capture_output=True, check=True).stdout)
    assert listed["task_servers"]["hosts"] == ["tokyo", "berlin"]
    for variables in listed["_meta"]["hostvars"].values():
        assert {"ansible_host", "ansible_user", "superalgos_root", "superalgos_rsa"} <= variables.keys()
