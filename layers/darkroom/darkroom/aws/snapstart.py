"""A function that begins from a snapshot of its memory (SnapStart, docs/decisions/097).

All copies of it begin with what was in memory after the import. That may be kept in it: code,
clients without a connection, credentials that know when they expire. What must not be the same
in every copy is drawn again here.
"""

import random
from pathlib import Path

from darkroom.usecases.warmup import warm_up


def register_hooks(fonts: Path) -> None:
    """Say what is to be done before the snapshot, and in each copy after it."""
    # Comes with the runtime that takes snapshots, and nowhere else.
    from snapshot_restore_py import register_after_restore, register_before_snapshot  # noqa: PLC0415

    register_before_snapshot(warm_up, fonts)
    # The pauses between two attempts are drawn from this; ids come from the system.
    register_after_restore(random.seed)
