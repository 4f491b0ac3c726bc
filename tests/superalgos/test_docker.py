"""Which folders of this machine a compose file gives to a Superalgos in a container."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from superalgos_rsa.superalgos.docker import compose_of, mounted_in

SHIPPED = """\
version: "3"
services:
  superalgos:
    build:
      context: ..
      dockerfile: ./Docker/Dockerfile
    image: ghcr.io/superalgos/superalgos:latest
    user: "$UID:$GID"
    volumes:
      - ./My-Data-Storage:/app/Platform/My-Data-Storage
      - ./My-Workspaces:/app/Platform/My-Workspaces
    restart: on-failure
"""


def put(folder: Path, text: str = SHIPPED, name: str = "docker-compose.yml", workspaces: str = "My-Workspaces") -> Path:
    (folder / workspaces).mkdir(parents=True)
    (folder / name).write_text(text)
    return folder / workspaces


@pytest.mark.parametrize("name", ["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"])
def test_the_folder_that_is_mounted_is_the_container_s(tmp_path: Path, name: str) -> None:
    workspaces = put(tmp_path, name=name)
    for document in (workspaces / "W.json", workspaces / "deep/er/W.json"):
        found = compose_of(str(document))
        assert found is not None
        assert (found.path, found.workspaces) == (str(tmp_path / name), str(workspaces))
    for document in (tmp_path / "W.json", tmp_path / "My-Workspaces2/W.json", tmp_path / "Other/W.json"):
        assert compose_of(str(document)) is None


@pytest.mark.parametrize(
    ("line", "mounted"),
    [
        ("- ./My-Workspaces:/app/Platform/My-Workspaces", True),
        ("  -   ./My-Workspaces:/app/Platform/My-Workspaces:rw", True),
        ("- './My-Workspaces:/app/Platform/My-Workspaces'", True),
        ('- "./My-Workspaces/:/app/Platform/My-Workspaces" # ours', True),
        ("- ../here/My-Workspaces:/app/Platform/My-Workspaces", True),
        ("- {here}/My-Workspaces:/app/Platform/My-Workspaces", True),
        ("- ./Other:/app/Platform/My-Workspaces", False),
        ("- workspaces:/app/Platform/My-Workspaces", True),  # a volume of Docker's own: nobody knows
        ("- $PWD/My-Workspaces:/app/Platform/My-Workspaces", True),
        ('["./My-Workspaces:/app/Platform/My-Workspaces"]', True),
        ("- type: bind\n        source: ./My-Workspaces\n        target: /app/Platform/My-Workspaces", True),
        ("# - ./My-Workspaces:/app/Platform/My-Workspaces", False),
        ("- ./My-Workspaces:/app/Platform/My-Workspaces-2", False),
        ("- ./My-Workspaces:/app/Platform/My-Workspaces/deep", False),
        ("- ./My-Workspaces:/data", False),
        ("", False),
    ],
)
def test_a_volume_is_read_in_its_short_form_and_another_is_taken_for_the_usual_one(
    tmp_path: Path, line: str, mounted: bool
) -> None:
    here = tmp_path / "here"
    workspaces = put(here, f"services:\n  x:\n    volumes:\n      {line.format(here=here)}\n")
    assert (compose_of(str(workspaces / "W.json")) is not None) is mounted


@pytest.mark.parametrize(
    ("line", "mounts"),
    [
        ("      - ./My-Secrets:/app/My-Secrets\n", True),
        ("        target: /app/My-Secrets\n", True),
        ("      # - ./My-Secrets:/app/My-Secrets\n", False),
        ("      - ./My-Secrets:/app/Platform/My-Secrets\n", False),
        ("", False),
    ],
)
def test_whether_my_secrets_is_mounted_too(tmp_path: Path, line: str, mounts: bool) -> None:
    found = compose_of(str(put(tmp_path, SHIPPED + line) / "W.json"))
    assert found is not None
    assert found.mounts_secrets is mounts


def test_a_compose_file_that_cannot_be_read_mounts_nothing(tmp_path: Path) -> None:
    (tmp_path / "My-Workspaces").mkdir()
    os.mkfifo(tmp_path / "compose.yml")
    (tmp_path / "compose.yaml").write_bytes(SHIPPED.encode() + b"#" * 300_000)
    (tmp_path / "docker-compose.yml").mkdir()
    assert compose_of(str(tmp_path / "My-Workspaces/W.json")) is None


def test_a_large_file_of_nothing_is_soon_read(tmp_path: Path) -> None:
    for spoilt in ("\n" * 250_000, " " * 250_000, "- ./" + "a" * 250_000, "- " * 120_000):
        (tmp_path / "compose.yml").write_text(spoilt)
        assert compose_of(str(tmp_path / "W.json")) is None


def test_a_container_is_in_use_once_it_has_a_folder_of_workspaces(tmp_path: Path) -> None:
    (tmp_path / "Docker").mkdir()
    (tmp_path / "Docker/docker-compose.yml").write_text(SHIPPED)
    assert mounted_in(tmp_path) == []
    (tmp_path / "Docker/My-Workspaces").mkdir()
    for folder in (tmp_path, tmp_path / "Docker"):
        assert mounted_in(folder) == [str(tmp_path / "Docker/My-Workspaces")]
    assert mounted_in(tmp_path / "Docker/My-Workspaces") == []


def test_a_folder_elsewhere_is_not_looked_at_of_its_own_accord(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here/compose.yml").write_text(SHIPPED.replace("./My-Workspaces", "../elsewhere"))
    (tmp_path / "elsewhere").mkdir()
    assert mounted_in(tmp_path / "here") == []
