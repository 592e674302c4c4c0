"""Observes which parameters, calls and formats a program uses, through `sys.monitoring`.

The observed functions are neither replaced nor changed.
"""

import sys
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from darkroom.imaging import pipeline
from darkroom.process import parameters
from darkroom.web import dispatch

if TYPE_CHECKING:
    from darkroom.imaging.picture import Header
    from darkroom.imaging.plan import ProcessPlan
    from darkroom.web.http import Request

type Observation = tuple[str, ...]
"""A kind and its values:

- `parameter`, `resize,w`
- `call`, `User-Agent`, signature version, place such as `object PUT uploadId copy`
- `format`, name of the only pixel operation, source format, target format
"""

TOOL = 4
"""Number of a tool that neither debuggers nor coverage use."""

ROUTES: Mapping[str, dispatch.Route] = {
    " ".join(filter(None, (level, method, sub_resource))): route
    for level, routes in (
        ("object", dispatch.OBJECT_ROUTES),
        ("bucket", dispatch.BUCKET_ROUTES),
        ("service", dispatch.SERVICE_ROUTES),
    )
    for (method, sub_resource), route in routes.items()
}
"""Every route by its place: what it is about, method and sub-resource."""

ANIMATED = " (animated)"
"""Ends the name of a format whose frames are all processed."""


def observe(report: Callable[[Observation], None]) -> None:
    """Report every observation from now on, in all threads."""
    monitoring = sys.monitoring
    monitoring.use_tool_id(TOOL, "conformance")
    started, returned = monitoring.events.PY_START, monitoring.events.PY_RETURN

    def on_start(code: CodeType, _offset: int) -> None:
        for observation in _STARTS[code](sys._getframe(1)):
            report(observation)

    def on_return(_code: CodeType, _offset: int, _value: object) -> None:
        for observation in _answered(sys._getframe(1)):
            report(observation)

    monitoring.register_callback(TOOL, started, on_start)
    monitoring.register_callback(TOOL, returned, on_return)
    for code in _STARTS:
        monitoring.set_local_events(TOOL, code, started)
    monitoring.set_local_events(TOOL, dispatch.answer.__code__, returned)


def _bound(frame: FrameType) -> list[Observation]:
    """Return the parameters of an action that is bound, the bare action among them."""
    operation, arguments = frame.f_locals["operation"], frame.f_locals["arguments"]
    known = {each.key for each in parameters.declared_parameters(operation).values()}
    keys = {key if separator else "" for key, separator, _ in (_split(one) for one in arguments)}
    used = (keys & known) or ({""} if not known else set())
    return [("parameter", f"{operation.name},{key}") for key in sorted(used)]


def _split(argument: str) -> tuple[str, str, str]:
    return argument.partition("_")


def _encoded(frame: FrameType) -> list[Observation]:
    header: Header = frame.f_locals["header"]
    plan: ProcessPlan = frame.f_locals["plan"]
    animated = ANIMATED if header.frames > 1 else ""
    target = plan.output.format + (ANIMATED if plan.output.animated else "")
    names = [step.name for step in plan.steps] or ["format"]
    return [("format", name, header.format + animated, target) for name in names if len(names) == 1]


def _reported(frame: FrameType) -> list[Observation]:
    header: Header = frame.f_locals["header"]
    animated = ANIMATED if header.frames > 1 else ""
    return [("format", frame.f_locals["report"].name, header.format + animated, "json")]


def _answered(frame: FrameType) -> list[Observation]:
    """Return the call that a request was, once it is answered without an error."""
    admitted = frame.f_locals["admitted"]
    if not isinstance(admitted, dispatch.Admitted):
        return []
    route, request = admitted.route, admitted.context.request
    agent = request.headers.get("user-agent", "")
    place = next(place for place, each in ROUTES.items() if each is route)
    return [("call", agent, signature_version(request), " ".join([place, *_variant(request)]))]


def _variant(request: "Request") -> list[str]:
    """Return the header that makes a PUT a copy, or a GET a part of an object."""
    headers = {"PUT": ("copy", "x-oss-copy-source"), "GET": ("range", "range")}
    word, header = headers.get(request.method, ("", ""))
    return [word] if header in request.headers else []


def signature_version(request: "Request") -> str:
    """Return `V1`, `V2` or `V4`, or an empty text for a request without a signature."""
    query: Any = request.query
    scheme = request.headers.get("authorization", "")
    if scheme.startswith("OSS4-") or "x-oss-signature" in query:
        return "V2" if query.get("x-oss-signature-version") == "OSS2" else "V4"
    if scheme.startswith("OSS2"):
        return "V2"
    return "V1" if scheme or "Signature" in query else ""


_STARTS: dict[CodeType, Callable[[FrameType], list[Observation]]] = {
    parameters.bind.__code__: _bound,
    pipeline._encode.__code__: _encoded,
    pipeline._transcode.__code__: _encoded,
    pipeline._report.__code__: _reported,
}
