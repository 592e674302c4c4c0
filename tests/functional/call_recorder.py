"""Records the calls that the package makes to AWS, and finds the places in it that make calls."""

import dis
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import pytest
from botocore import xform_name
from botocore.model import OperationModel
from botocore.session import Session

from darkroom import aws
from darkroom.aws import clients
from tests.permissions import Call

PACKAGE = Path(aws.__file__).parent


class Site(NamedTuple):
    """A place in the package that calls an operation."""

    module: str
    function: str
    """Qualified name."""
    operation: str
    """Name of the client's method."""


class CallRecorder:
    """Records the calls of the clients that the package creates during `recording`."""

    def __init__(self) -> None:
        """Start without calls."""
        self.calls: list[Call] = []
        self.sites: set[Site] = set()
        self._session = Session()
        # The event carries the parameters as the caller wrote them, also for presigned URLs.
        self._session.get_component("event_emitter").register("provide-client-params", self._record)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Make this recorder's session the one that creates the package's clients."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clients, "get_session", lambda: self._session)
            yield

    def _record(self, params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        # Nothing is checked here: the function would answer an exception with a 500.
        service, operation = model.service_model.service_name, model.name
        self.calls.append(Call(service=service, operation=operation, parameters=dict(params)))
        self.sites.add(_calling_site(xform_name(operation)))


def _calling_site(operation: str) -> Site:
    """Find the innermost function of the package; a call from elsewhere has an empty site."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.parent == PACKAGE:
            return Site(path.stem, frame.f_code.co_qualname, operation)
        frame = frame.f_back
    return Site("", "", operation)


def call_sites(folder: Path = PACKAGE) -> set[Site]:
    """Find the functions that use a client's method by name: as attribute or as text."""
    codes = {path: compile(path.read_text(), path, "exec") for path in folder.glob("*.py")}
    return {
        Site(path.stem, function.co_qualname, name)
        for path, code in codes.items()
        for function in _functions(code)
        for name in _names(function) & _operations()
    }


def _functions(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _functions(constant)


def _names(code: CodeType) -> set[str]:
    instructions = dis.get_instructions(code)
    attributes = {i.argval for i in instructions if i.opname in ("LOAD_ATTR", "LOAD_METHOD")}
    return attributes | {text for text in code.co_consts if isinstance(text, str)}


@cache
def _operations() -> frozenset[str]:
    """Return the names of all methods of the services that the package names."""
    codes = (compile(path.read_text(), path, "exec") for path in PACKAGE.glob("*.py"))
    texts = {name for code in codes for inner in _functions(code) for name in _names(inner)}
    session = Session()
    models = map(session.get_service_model, texts & set(session.get_available_services()))
    return frozenset(xform_name(name) for model in models for name in model.operation_names)
