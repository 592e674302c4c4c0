"""Who works on jobs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from darkroom.steps import Context
from darkroom.usecases.workshop import Workshop
from darkroom.usecases.world import World

GRACE = timedelta(seconds=10)
"""How much longer a claim lasts than its owner can: nobody is working when it runs out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who does the work: a name that no other worker has, and the tools."""

    name: str
    world: World
    workshop: Workshop
    context: Context

    def until(self) -> datetime:
        """When this worker will surely have stopped."""
        return self.world.clock() + timedelta(seconds=max(0, self.context.remaining())) + GRACE
