"""A request on its way to its handler."""

from collections.abc import Callable
from dataclasses import dataclass

from darkroom.auth import Caller
from darkroom.imaging.steps import Context
from darkroom.usecases.preconditions import Conditions
from darkroom.usecases.services import World
from darkroom.web.addressing import Address
from darkroom.web.http import Request, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request whose address and sender are known, with what its handler needs."""

    request: Request
    address: Address
    caller: Caller
    world: World
    context: Context

    @property
    def conditions(self) -> Conditions:
        """What the caller asks of the object first."""
        return Conditions.from_headers(self.request.headers)


type Handler = Callable[[Call], Response]
"""Answers a call, or raises the `OssError` to answer instead."""
