"""A stranger's document asks the network for nothing: no name is resolved, no value of the environment is sent."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.command_line import PROGRAM, environment
from conftest import absent
from installations import KEY_FILE, Node, Site, ecosystem, exchange, key, network, task, trading
from key_samples import private_pem, rsa_key

from attack.limits import attacked
from superalgos_rsa.superalgos.environment import HTTP_PORT

CANARY = "c4n4ryOfTheEnvironment"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "Superalgos")
    site.put(KEY_FILE, private_pem(rsa_key()))
    return site


def _calls(kinds: str, site: Site, *words: str, **variables: str) -> list[str]:
    """The system calls of those kinds that one command makes, with their arguments."""
    strace = shutil.which("strace") or absent("there is no strace")
    log = site.root.parent / "calls"
    watched: list[str | Path] = [strace, "-f", "-qq", "-s", "8192", "-e", f"trace={kinds}", "-o", log, *PROGRAM]
    subprocess.run([*watched, *words], cwd=site.root, env=environment(**variables), check=False, capture_output=True)
    return log.read_text("utf-8", "replace").splitlines()


HOSTS = [
    "trader.example",
    "nowhere.invalid",
    "127.trader.example",
    "192.0.2.7",
    "a.b.c.d",
    "2001:db8::7",
    "ключ.example",
]


def _on(hosts: list[str]) -> list[Node]:
    traded = exchange(key())
    own = traded["exchangeAccounts"]["userAccounts"][0]["userKeys"]["keys"][0]
    lans = [network(traded, task(own, f"T{at}"), host=host, name=f"N{at}") for at, host in enumerate(hosts)]
    return [*lans, ecosystem(traded)]


@pytest.mark.parametrize("command", ["check", "preflight", "show", "fix"])
def test_no_host_of_a_task_is_resolved(site: Site, command: str) -> None:
    site.workspace(*_on(HOSTS))
    calls = _calls("%network,%file", site, command)
    sending = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(")
    sent = [call for call in calls if sending.search(call) and "AF_UNIX" not in call]
    assert all(f'htons({HTTP_PORT}), sin_addr=inet_addr("127.0.0.1")' in call for call in sent if " 0x" not in call)
    # `nsswitch.conf` and a socket of this machine tell the names of its users, and of no host.
    assert not [call for call in calls if "resolv.conf" in call or "/etc/hosts" in call or "libnss_dns" in call]
    assert any(f"htons({HTTP_PORT})" in call for call in sent), "the trace sees what is sent"


def test_a_thousand_tasks_on_as_many_hosts_take_no_longer(site: Site) -> None:
    site.workspace(*_on([f"host-{number}.example" for number in range(1000)]))
    answer = attacked(["check"], cwd=site.root)
    assert answer.holds, answer
    assert answer.code == 3


# --- Variables --------------------------------------------------------------------------------------------------------

SECRETS = [
    "/net/host/$SECRET", "/net/host/${SECRET}/k.pem", "/net/host/%SECRET%", "//host/$SECRET/k.pem", "$SECRET/k.pem",
    "\\\\host\\%SECRET%\\k.pem", "My-Secrets/$SECRET.pem", "$HOME/$SECRET/k.pem", "file:///net/$SECRET/k.pem",
    "~/$SECRET.pem", "${SECRET}", "/tmp/$SECRET/k.pem", "../$SECRET/k.pem",
]  # fmt: skip


@pytest.fixture
def asking(site: Site) -> Site:
    """Every secret names a variable, and files with its value for a name are there."""
    site.workspace(*trading(key(SECRETS[0])), name="first")
    nodes = [key(secret, f"{number:064}", name=f"K{number}") for number, secret in enumerate(SECRETS)]
    site.workspace(ecosystem(exchange(*nodes)), name="W")
    for name in (f"My-Secrets/{CANARY}.pem", f"{CANARY}/k.pem"):
        site.put(name, private_pem(rsa_key()))
    return site


COMMANDS = [
    ["check"], ["check", "--verbose"], ["check", "--format", "json"], ["show"], ["preflight"], ["fix"],
    ["fix", "--format", "json"], ["fix", "--apply", "--unsafe"],
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_value_of_a_variable_is_looked_for_or_shown(asking: Site, words: list[str]) -> None:
    calls = _calls("%file", asking, *words, SECRET=CANARY)
    named = [call for call in calls if CANARY in call and "execve(" not in call]
    # The search for key files lists folders and finds what is there; nothing else may come upon the name.
    listed = (f"{asking.root}/My-Secrets/{CANARY}.pem", f"{asking.root}/{CANARY}")
    # What the search has found is named in the plan only after a look whether it is there.
    found = f'"My-Secrets/{CANARY}.pem", '
    others = [call for call in named if not any(place in call for place in listed)]
    searches = words[0] in ("fix", "check")  # `check` says what `fix` would mend
    assert not [call for call in others if not searches or not (found in call and "NOFOLLOW" in call)]
    if not searches:
        assert named == []
    if words[0] != "fix":
        answer = attacked(words, cwd=asking.root, environment={"SECRET": CANARY})
        assert answer.holds
        assert CANARY not in answer.out + answer.err


# --- The platform's port ----------------------------------------------------------------------------------------------


@contextmanager
def _on_the_port(part: bytes, pause: float) -> Iterator[list[bytes]]:
    """A program on the platform's own port that says the same to everybody until nobody listens; the list has what it
    was asked."""
    over = threading.Event()
    asked: list[bytes] = []

    class Talk(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                asked.append(self.request.recv(1024))
                while not over.wait(pause):
                    self.request.sendall(part)

    try:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", HTTP_PORT), Talk, bind_and_activate=False)
        server.allow_reuse_address = server.daemon_threads = True
        server.server_bind()
        server.server_activate()
    except OSError:
        absent("another program has the platform's port")
    with server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield asked
        over.set()
        server.shutdown()
        thread.join()


_HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    ("part", "pause"),
    [(b"x", 0.02), (_HEAD, 0.02), (b"[" * 65536, 0), (_HEAD + b"[" * 65536, 0)],
    ids=["drips", "drips answers", "floods", "floods an answer"],
)
def test_a_program_on_the_platform_s_port_that_never_ends_does_not_hold_anything_up(
    site: Site, part: bytes, pause: float
) -> None:
    site.workspace(*trading(key()))
    with _on_the_port(part, pause) as asked:
        answer = attacked(["check", "--format", "json"], cwd=site.root)
    assert any(question.startswith(b"GET /Environment") for question in asked)
    assert answer.holds, answer
    assert json.loads(answer.out)["installation"]["platform_running"] is False
