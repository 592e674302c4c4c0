"""Processes of a running server, read from /proc."""

from collections.abc import Iterator
from pathlib import Path

MEGABYTE_KB = 1024


def workers_of(process: int) -> list[int]:
    """Return the worker processes among the descendants of a process."""
    return [each for each in descendants(process) if "spawn_main" in _command(each)]


def descendants(process: int) -> Iterator[int]:
    """Yield the children of a process, and theirs."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == process:
            yield int(folder.name)
            yield from descendants(int(folder.name))


def megabytes(process: int) -> int:
    """Return the memory of a process; pages that it shares count in part."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    line = next(line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) // MEGABYTE_KB


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""
