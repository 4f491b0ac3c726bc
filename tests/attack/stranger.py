"""A stranger's folder with a repository in it, whose git is told in every known way to run a program."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from installations import KEY_FILE, Site, key, trading
from key_samples import private_pem, rsa_key

from attack.limits import Answer, attacked

FILTER = "* filter=evil diff=evil merge=evil\n"


class Stranger:
    """An unpacked archive: an installation, its repository, and a program in it that leaves a mark when it runs."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder / "Superalgos")
        self.root = self.site.root
        self.canary = folder / "canary"
        self.site.put(KEY_FILE, private_pem(rsa_key()))
        self.site.workspace(*trading(key()))
        self.program = self.trap("evil")
        self.git("init", "-q")

    def trap(self, name: str) -> Path:
        return self.site.put(name, f"#!/bin/sh\n: > '{self.canary}'\nexit 1\n", 0o755)

    def git(self, *words: str | Path, check: bool = True) -> None:
        subprocess.run(["git", "-C", self.root, *words], check=check, capture_output=True, stdin=subprocess.DEVNULL)

    def config(self, name: str, value: str | Path) -> None:
        self.git("config", name, value)

    def attack(self, *words: str, cwd: Path | None = None, variables: dict[str, str] | None = None) -> Answer:
        state = {"XDG_STATE_HOME": str(self.root.parent / "state"), **(variables or {})}
        return attacked(words, cwd=cwd or self.root, environment=state)


def _fsmonitor(stranger: Stranger) -> None:
    stranger.config("core.fsmonitor", stranger.program)


def _include(stranger: Stranger) -> None:
    stranger.site.put("more", f"[core]\n\tfsmonitor = {stranger.program}\n")
    stranger.config("include.path", "../more")


def _include_if(stranger: Stranger) -> None:
    stranger.site.put("more", f"[core]\n\tfsmonitor = {stranger.program}\n")
    stranger.config("includeIf.gitdir:**.path", "../more")


def _config_of_this_work_tree(stranger: Stranger) -> None:
    stranger.config("extensions.worktreeConfig", "true")
    stranger.site.put(".git/config.worktree", f"[core]\n\tfsmonitor = {stranger.program}\n")


def _hooks(stranger: Stranger) -> None:
    stranger.config("core.hooksPath", stranger.root / "hooks")
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout", "reference-transaction"):
        stranger.trap(f"hooks/{hook}")
        stranger.trap(f".git/hooks/{hook}")


def _filters(stranger: Stranger) -> None:
    stranger.site.put(".gitattributes", FILTER)
    for member in ("clean", "smudge"):
        stranger.config(f"filter.evil.{member}", stranger.program)


def _long_running_filter(stranger: Stranger) -> None:
    stranger.site.put(".git/info/attributes", FILTER)
    stranger.config("filter.evil.process", stranger.program)
    stranger.config("filter.evil.required", "true")


def _external_diff(stranger: Stranger) -> None:
    stranger.site.put("tracked", "old")
    stranger.git("add", "tracked")
    stranger.site.put("tracked", "new")
    stranger.config("diff.external", stranger.program)
    stranger.config("diff.evil.textconv", stranger.program)


def _aliases(stranger: Stranger) -> None:
    for name in ("ls-files", "check-ignore", "x"):
        stranger.config(f"alias.{name}", f"!{stranger.program}")


def _credential_helper(stranger: Stranger) -> None:
    stranger.config("credential.helper", f"!{stranger.program}")
    stranger.config("core.askPass", stranger.program)


def _pager(stranger: Stranger) -> None:
    for name in ("core.pager", "pager.ls-files", "pager.check-ignore", "core.editor", "gpg.program"):
        stranger.config(name, stranger.program)


def _remote(stranger: Stranger) -> None:
    stranger.config("core.sshCommand", stranger.program)
    stranger.config("core.gitProxy", stranger.program)
    stranger.config("remote.origin.url", f"ext::{stranger.program}")
    stranger.config("protocol.ext.allow", "always")


def _missing_objects_of_a_remote(stranger: Stranger) -> None:
    """A partial clone fetches what it lacks by a command of its config."""
    stranger.config("core.repositoryFormatVersion", "1")
    stranger.config("extensions.partialClone", "origin")
    stranger.config("remote.origin.url", str(stranger.root))
    stranger.config("remote.origin.promisor", "true")
    stranger.config("remote.origin.uploadpack", stranger.program)


def _work_tree_elsewhere(stranger: Stranger) -> None:
    _fsmonitor(stranger)
    stranger.config("core.worktree", "/")


def _git_file_pointing_elsewhere(stranger: Stranger) -> None:
    _fsmonitor(stranger)
    (stranger.root / ".git").rename(stranger.root / "elsewhere")
    stranger.site.put(".git", "gitdir: elsewhere\n")


def _link_pointing_elsewhere(stranger: Stranger) -> None:
    _fsmonitor(stranger)
    (stranger.root / ".git").rename(stranger.root / "elsewhere")
    (stranger.root / ".git").symlink_to("elsewhere")


def _config_that_is_a_link(stranger: Stranger) -> None:
    _fsmonitor(stranger)
    (stranger.root / ".git/config").rename(stranger.root / "more")
    (stranger.root / ".git/config").symlink_to("../more")


# How the repository is prepared, and what a person would type for git to obey it.
TRAPS: dict[Callable[[Stranger], None], list[str]] = {
    _external_diff: ["diff"],
    _fsmonitor: ["status"],
    _include: ["status"],
    _include_if: ["status"],
    _config_of_this_work_tree: ["status"],
    _hooks: ["add", "package.json"],
    _filters: ["add", "package.json"],
    _long_running_filter: ["add", "package.json"],
    _aliases: ["x"],
    _credential_helper: ["ls-remote", "http://127.0.0.1:9/x"],
    _pager: ["commit", "--allow-empty", "-S"],
    _remote: ["ls-remote", "origin"],
    _missing_objects_of_a_remote: ["cat-file", "-p", "1" * 40],
    _work_tree_elsewhere: ["ls-files", "--error-unmatch", "etc"],
    _git_file_pointing_elsewhere: ["status"],
    _link_pointing_elsewhere: ["status"],
    _config_that_is_a_link: ["status"],
}
NOT_BY_ITSELF = {_credential_helper}
"""Git asks for a credential only when a server on the network wants one."""


def everything(stranger: Stranger) -> None:
    for trap in TRAPS:
        if trap not in (_git_file_pointing_elsewhere, _link_pointing_elsewhere, _config_that_is_a_link):
            trap(stranger)
