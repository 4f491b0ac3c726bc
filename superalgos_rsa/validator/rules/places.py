"""Rules about where the platform runs and where it looks: profiles, working folder, containers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.outside import Outside
from superalgos_rsa.validator.facts import DocumentFacts, Facts, KeyFacts
from superalgos_rsa.validator.probe import LOCAL
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.model import Rule
from superalgos_rsa.validator.rules.registry import RawFinding, check
from superalgos_rsa.validator.rules.remedies import advice

SUBJECT = "Where the platform runs"
RULES = (
    Rule(
        id="platform-profile",
        severity="warning",
        other_severity="error",
        title="Superalgos keeps its workspaces elsewhere",
        sees=(
            "`PROFILE_NAME` names no profile. Or nothing says which profile is used, and one of them has its own "
            "workspaces, which were not judged. Or a document lies where this Superalgos does not look: in the folder "
            "of another profile, below a `Superalgos_Data` that neither `DATA_PATH` nor a running platform names, or "
            "in `Platform/My-Workspaces` while the workspaces are elsewhere. An error: the platform does not start "
            "with the profile that `PROFILE_NAME` names, or finds no workspaces with it."
        ),
        engine=(
            "The folder of workspaces and the port come from the profile that `PROFILE_NAME` names in "
            "`~/.superalgos/profiles`; a name that is not there means the defaults. `DATA_PATH` moves the workspaces "
            "to `Superalgos_Data/My-Workspaces` below it, whatever the profile says. A relative folder begins at the "
            "working folder of the platform. The vault stays in `My-Secrets`. Asked for a profile, the platform does "
            "not start where that file is no JSON list, or where the folder `.superalgos` is there without it."
        ),
        mend=(
            "Run this tool with the same `PROFILE_NAME` and `DATA_PATH` as the platform, or while the platform runs: "
            "what that answers counts before both."
        ),
    ),
    Rule(
        id="platform-working-folder",
        other_severity="warning",
        title="The running Superalgos was started in another folder",
        sees=(
            "A relative key path leads to a file from the Superalgos folder, but to none from the folder in which the "
            "running platform was started. A warning: the platform was started elsewhere, whether a path fails by that "
            "or not."
        ),
        engine=(
            "A relative path begins at the working folder of the platform process. `node platform` starts in the "
            "Superalgos folder alone; `PlatformRoot.js`, as Electron and services of one's own start it, in any. Where "
            "there is no file, the engine takes the text of the path for an HMAC secret and signs with that."
        ),
        exchange="-1022 Signature for this request is not valid.",
        mend="Start the platform in its own folder, or write the whole path into the key.",
    ),
    Rule(
        id="working-folder-unknown",
        severity="info",
        title="It is not known where relative key paths begin",
        sees=(
            "The platform runs, a key has a relative path, and it cannot be seen from here in which folder the "
            "platform was started: only Linux tells, and only to root and to the user that runs it."
        ),
        engine=(
            "A relative path begins at the working folder of the platform process. `node platform` starts in the "
            "Superalgos folder alone, so the paths were judged from there."
        ),
        mend="Run the same command as the user that runs the platform, or write the whole path into the key.",
    ),
    Rule(
        id="container-judged-from-outside",
        unused_severity="warning",
        title="The keys of a container cannot be judged from outside",
        sees=(
            "A compose file mounts the folder of this workspace at `/app/Platform/My-Workspaces`, so a platform in a "
            "container loads it. Nothing of what its keys name can be seen from here: `usable` is `null`, and "
            "`preflight` exits 3."
        ),
        engine=(
            "In the container the Superalgos folder is `/app`: there relative key paths begin, and there the vault is. "
            "Files of this machine count only if they are mounted. The platform reads them as the user of the "
            "container."
        ),
        mend=(
            "Keep the key files in a folder `My-Secrets` beside the compose file, mount it at `/app/My-Secrets`, and "
            "give it to the user of the container. Name a key as `My-Secrets/NAME.pem`, never by its path on this "
            "machine. Then run this tool inside the container."
        ),
    ),
    Rule(
        id="secrets-not-mounted",
        severity="warning",
        title="The container has no My-Secrets",
        sees=(
            "The compose file that mounts the workspaces mounts nothing at `/app/My-Secrets`. The one that comes with "
            "Superalgos does not."
        ),
        engine=(
            "The image has no `My-Secrets` of its own, unless it was built in a folder with one. Without it the "
            "platform ends as it loads a workspace with a key, with exit code 0, so Docker's `on-failure` does not "
            "start it again. What is written there ends with the container."
        ),
        mend=(
            "Add `- ./My-Secrets:/app/My-Secrets` under `volumes`, make that folder, and give it to the user of the "
            "container."
        ),
    ),
)


@check(Facts, "platform-profile")
def profile(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Finds a profile that the platform cannot use, does not have, or that nobody asked for."""
    found = all_facts.installation
    if found is None or found.running:
        return
    said = found.environment
    if said.defect is not None:
        message = (
            f"Superalgos will not start, or will find no workspaces, with the profile “{said.name}”: {said.defect}"
        )
        fix = advice("correct PROFILE_NAME, or this file, which holds a JSON list; an empty one is []")
        yield RawFinding("platform-profile", message, None, path=said.file, severity="error", fix=fix)
    elif said.name is not None and said.profile is None:
        message = f"Superalgos will start with its defaults: there is no profile “{said.name}”"
        yield RawFinding("platform-profile", message, None, fix=advice("correct PROFILE_NAME, or unset it"))
    elif said.name is None and said.workspaces is None and all_facts.all_documents:
        for other in said.profiles:
            if other.workspaces is not None and (folder := Path(found.cwd, other.workspaces)) != found.workspaces:
                message = f"The workspaces of the profile “{other.name}” were not judged: nobody asked for it"
                fix = advice(f"set PROFILE_NAME to {other.name} for this command to judge them")
                yield RawFinding("platform-profile", message, None, path=str(folder), fix=fix)


@check(Facts, "platform-profile", "container-judged-from-outside", "secrets-not-mounted")
def outside(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Finds workspaces that are another platform's, each folder of them once."""
    first: dict[Outside, DocumentFacts] = {}
    for document in all_facts.documents:
        if document.outside is not None:
            first.setdefault(document.outside, document)
    for whose, document in first.items():
        if whose.kind == "container":
            yield from _of_container(whose, document, all_facts)
        else:
            message, fix = _elsewhere(whose, all_facts.installation)
            yield RawFinding("platform-profile", message, document.path, path=whose.folder, fix=fix)


def _elsewhere(whose: Outside, installation: Installation | None) -> tuple[str, Fix]:
    if whose.kind == "profile":
        message = f"Superalgos loads this file with the profile “{whose.profile}” only, for which nobody asked"
        return message, advice(f"set PROFILE_NAME to {whose.profile} for this command")
    if whose.kind == "moved" and installation is not None:
        message = "Superalgos will not load this file: it keeps its workspaces in another folder"
        return message, advice(f"name no workspace, or one in {installation.workspaces}")
    message = (
        "It is not known which Superalgos loads this file: neither DATA_PATH nor a running one names the folder of its "
        "Superalgos_Data"
    )
    return message, advice(f"set DATA_PATH to {whose.folder}, and name the Superalgos folder with --root")


def _of_container(whose: Outside, document: DocumentFacts, all_facts: Facts) -> Iterator[RawFinding]:
    keys = [key for key in all_facts.keys if key.document.outside == whose]
    if not keys or whose.compose is None:
        return
    message = (
        "It is not known whether the keys of these workspaces work: Superalgos loads them in a container, where paths "
        "begin at /app"
    )
    fix = advice("name keys as My-Secrets/NAME.pem, mount My-Secrets, and run the same command inside the container")
    used = any(key.used for key in keys)
    yield RawFinding("container-judged-from-outside", message, document.path, path=whose.folder, used=used, fix=fix)
    if not whose.compose.mounts_secrets:
        message = "Loading a workspace with a key will end Superalgos: the compose file mounts no /app/My-Secrets"
        fix = advice(
            "add the volume `- ./My-Secrets:/app/My-Secrets`, and give that folder to the user of the container"
        )
        yield RawFinding("secrets-not-mounted", message, document.path, path=whose.compose.path, fix=fix)


@check(Facts, "platform-working-folder", "working-folder-unknown")
def working_folder(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Tells where relative paths begin, where that is not the root; which of them fail there is told at each key."""
    found = all_facts.installation
    if found is None or found.platform is None:
        return
    if found.working_folder is not None:
        message = "Relative key paths do not begin in the Superalgos folder: the running one was started in another"
        fix = advice("start Superalgos in its own folder, or write whole paths into the keys")
        yield RawFinding(
            "platform-working-folder",
            message,
            None,
            path=found.working_folder,
            severity="warning",
            undecided=True,
            fix=fix,
        )
    elif found.platform.cwd is None and any(map(_is_relative, all_facts.keys)):
        message = (
            "It cannot be seen from here in which folder the running Superalgos was started: relative key paths are "
            "judged from the Superalgos folder"
        )
        yield RawFinding("working-folder-unknown", message, None, path=str(found.root))


def _is_relative(key: KeyFacts) -> bool:
    secret = key.credential.secret
    return key.kind == "path" and key.server == LOCAL and isinstance(secret, str) and not os.path.isabs(secret)
