"""What a change on the disk means for a platform that runs, and for its tasks."""

from __future__ import annotations

from collections.abc import Sequence

from superalgos_rsa.cli.session import warn
from superalgos_rsa.files.find import DEFAULT_LIMIT, find_documents
from superalgos_rsa.files.spelling import identity
from superalgos_rsa.superalgos.installation import Installation
from superalgos_rsa.superalgos.task_processes import task_processes
from superalgos_rsa.superalgos.vault import read_vault
from superalgos_rsa.validator import snapshots
from superalgos_rsa.validator.documents import read_document, read_source
from superalgos_rsa.validator.report import TaskName
from superalgos_rsa.validator.snapshots import Snapshots


class RunningTasks:
    """The tasks of an installation before a change of `documents` or of the vault, which serves all workspaces."""

    def __init__(self, installation: Installation | None, documents: Sequence[str]) -> None:
        self._installation = installation
        self._documents = documents
        self._alone = task_processes(installation.root) if installation is not None and not installation.running else {}
        self._before = self._now()

    def _now(self) -> Snapshots:
        installation = self._installation
        if installation is None or not (installation.running or self._alone):
            return {}
        vault = read_vault(installation.vault, installation.other_user)
        names = [*self._documents, *find_documents([str(installation.workspaces)])]
        once = {identity(name): name for name in reversed(names)}
        sources = (read_source(name, DEFAULT_LIMIT, installation, vault) for name in reversed(once.values()))
        return snapshots.of_documents(read_document(source, vault, export=False) for source in sources)

    def to_start_again(self) -> tuple[TaskName, ...]:
        """Those that would be given other key values after the change, as far as they may be running."""
        found = snapshots.changed(self._before, self._now())
        return tuple(task for task in found if not self._alone or task.task_id in self._alone)

    def warn(self, what: str, to_start_again: Sequence[TaskName]) -> None:
        """Of what becomes of the change, and of these tasks."""
        if self._installation is not None and self._installation.running:
            hint = "load the workspace again in the browser before you go on"
            warn(f"Superalgos is running; its next save overwrites {what}", hint)
        for task in to_start_again:
            warn(*self._again(task))

    def _again(self, task: TaskName) -> tuple[str, str]:
        name = f"{task.shown_name} in {task.document}"
        process = self._alone.get(task.task_id or "")
        if process is None:
            return f"task {name}: while it runs it keeps the key of its start", "start it again in the browser"
        return (
            f"task {name} still runs without its platform, with the old key",
            f"end process {process} before you start it again",
        )
