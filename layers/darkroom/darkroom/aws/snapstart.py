"""SnapStart: functions that start from a snapshot of their memory (docs/decisions/097).

All instances start with what was in memory after the import: code, clients without a connection and
credentials with an expiry may stay. State that must differ between instances is renewed here.
"""

import random
from pathlib import Path

from darkroom.imaging.engine import Engine
from darkroom.usecases.warmup import warm_up


def register_hooks(fonts: Path, engine: Engine | None) -> None:
    """Register what runs before the snapshot, and in each instance after it."""
    # Exists only in runtimes that take snapshots.
    from snapshot_restore_py import register_after_restore, register_before_snapshot  # noqa: PLC0415

    register_before_snapshot(warm_up, fonts, engine)
    # Delays of retries are drawn from `random`; ids come from the system's generator.
    register_after_restore(random.seed)
