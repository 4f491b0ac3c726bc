"""Which task runs in which process, by the words that the platform gives the process."""

from pathlib import Path

from superalgos_rsa.superalgos.task_processes import task_processes


def _process(folder: Path, number: int, *words: str) -> None:
    (folder / str(number)).mkdir(parents=True)
    (folder / str(number) / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))


def test_the_tasks_of_this_installation_alone(tmp_path: Path) -> None:
    root, processes = tmp_path / "root", tmp_path / "processes"
    (root / "Platform").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    _process(processes, 7, "node", f"{root}/TaskServerRoot.js", "id-1", "logLevel=info")
    _process(processes, 8, "/usr/bin/node", "--inspect", f"{root}/TaskServerRoot.js", "id-2")
    _process(processes, 9, "node", f"{tmp_path}/other/TaskServerRoot.js", "id-3")
    _process(processes, 10, "node", f"{root}/PlatformRoot.js", "id-4")
    _process(processes, 11, "node", f"{root}/TaskServerRoot.js")
    (processes / "12").mkdir()
    (processes / "self").mkdir()
    assert task_processes(root, processes) == {"id-1": 7, "id-2": 8}
    assert task_processes(tmp_path / "link", processes) == {"id-1": 7, "id-2": 8}
    assert task_processes(root, tmp_path / "none") == {}
