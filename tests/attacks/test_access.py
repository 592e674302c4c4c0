"""Nobody gets an object that he may not read: caller × ACLs × protection × way in × result cache.

The ways in are compared with the routes, so that a new route without a row fails. A refused request
is compared with the same request for an object that does not exist.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import product

import pytest

from darkroom.auth import SignedRequest
from darkroom.buckets import Acl
from darkroom.process.parameters import encode_base64
from darkroom.usecases.authorization import Access
from darkroom.web.dispatch import BUCKET_ROUTES, OBJECT_ROUTES, PLAIN
from tests.attacks.gate import (
    CALLERS,
    MISSING,
    OLD_VERSION,
    OPEN,
    READERS,
    SECRET,
    Gate,
    Reply,
    SecretEtag,
    Situation,
)

type Route = tuple[str, str]
type Make = Callable[[str], SignedRequest]


class Right(Enum):
    """What a way in requires besides a valid signature where there is one."""

    ORIGINAL = auto()
    """ACLs and no protection."""
    STYLED = auto()
    """ACLs; protection allows styles."""
    VERSION = auto()
    """As the original, of the current version and of the old one."""
    SERVICE = auto()
    """The bucket's own style draws the closed object on an open one, for everyone."""
    PERMISSION = auto()
    """The read permission, whatever the ACLs."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to read an object: a request by its key, and what it requires."""

    name: str
    route: Route
    make: Make
    right: Right = Right.ORIGINAL
    needs_key: bool = False
    """Whether anonymous callers are refused whatever they may read."""
    mark: bool = False
    """Whether the object is a watermark, which is refused as a missing one under every ACL."""
    stores: bool = False
    """Whether the result is an object in the caller's own bucket."""


def get(key: str, *query: tuple[str, str], method: str = "GET", **headers: str) -> SignedRequest:
    """Return a request to read an object of `demo`."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return SignedRequest(method=method, bucket="demo", key=key, query=query, headers=names)


def processed(process: str, method: str = "GET") -> Make:
    """Return a way to process the object."""
    return lambda key: get(key, ("x-oss-process", process), method=method)


def marked(key: str, steps: str = "") -> str:
    """Return a process that draws an object on another."""
    reference = key + (f"?x-oss-process=image/{steps}" if steps else "")
    return f"image/watermark,image_{encode_base64(reference)},g_nw,x_0,y_0,t_100"


def on_open(steps: str = "", method: str = "GET", more: str = "") -> Make:
    """Return a way to draw the object on an open one."""
    return lambda key: get(OPEN, ("x-oss-process", marked(key, steps) + more), method=method)


def posted(parameter: str, process: Callable[[str], str], source: str | None = None) -> Make:
    """Return a way to store a result in the caller's own bucket."""

    def make(key: str) -> SignedRequest:
        target = f"|sys/saveas,o_{encode_base64('made.png')},b_{encode_base64('own')}"
        body = f"{parameter}={process(key)}{target}".encode()
        return SignedRequest(
            method="POST",
            bucket="demo",
            key=source or key,
            query=((parameter, ""),),
            headers={"content-length": str(len(body))},
            body=lambda: body,
        )

    return make


def copied(*query: tuple[str, str]) -> Make:
    """Return a way to copy the object to the caller's own bucket."""

    def make(key: str) -> SignedRequest:
        headers = {"x-oss-copy-source": f"/demo/{key}", "content-length": "0"}
        return SignedRequest(
            method="PUT", bucket="own", key="made.png", query=query, headers=headers
        )

    return make


OBJECT, PROCESS, ASYNC = PLAIN, "x-oss-process", "x-oss-async-process"
WIDTH = "image/resize,w_4"


def ways() -> Iterator[Way]:
    """Yield every way to read an object."""
    for method in ("GET", "HEAD"):
        yield Way(name=f"{method} plain", route=(method, OBJECT), make=_plain(method))
        yield Way(
            name=f"{method} condition",
            route=(method, OBJECT),
            make=_plain(method, if_none_match=f'"{SecretEtag}"'),
        )
        yield Way(name=f"{method} meta", route=(method, "objectMeta"), make=_meta(method))
        yield Way(
            name=f"{method} version",
            route=(method, OBJECT),
            make=_version(method),
            right=Right.VERSION,
        )
        yield Way(
            name=f"{method} processed", route=(method, PROCESS), make=processed(WIDTH, method)
        )
        yield Way(
            name=f"{method} style",
            route=(method, PROCESS),
            make=processed("style/small", method),
            right=Right.STYLED,
        )
        yield Way(
            name=f"{method} delimiter",
            route=(method, OBJECT),
            make=_delimiter(method),
            right=Right.STYLED,
        )
        yield Way(
            name=f"{method} mark", route=(method, PROCESS), make=on_open(method=method), mark=True
        )
    yield Way(name="range", route=("GET", OBJECT), make=_plain("GET", range="bytes=0-40"))
    yield Way(name="open range", route=("GET", OBJECT), make=_plain("GET", range="bytes=9-"))
    yield Way(name="info", route=("GET", PROCESS), make=processed("image/info"))
    yield Way(name="average hue", route=("GET", PROCESS), make=processed("image/average-hue"))
    yield Way(
        name="version, processed",
        route=("GET", PROCESS),
        make=lambda key: get(key, ("versionId", OLD_VERSION), (PROCESS, WIDTH)),
        right=Right.VERSION,
    )
    for steps in ("resize,w_8", "crop,w_6", "rotate,90", "resize,P_50/indexcrop,x_4/rotate,45"):
        yield Way(name=f"mark {steps}", route=("GET", PROCESS), make=on_open(steps), mark=True)
    yield Way(
        name="mark of many",
        route=("GET", PROCESS),
        make=lambda key: get(OPEN, (PROCESS, f"{marked(OPEN)}/{marked(key)[6:]}/format,png")),
        mark=True,
    )
    yield Way(
        name="tiled mark",
        route=("GET", PROCESS),
        make=on_open(more=",fill_1/format,webp"),
        mark=True,
    )
    yield Way(
        name="style with a mark",
        route=("GET", PROCESS),
        make=lambda key: get(
            OPEN, (PROCESS, "style/marked" if key == SECRET else "style/unmarked")
        ),
        right=Right.SERVICE,
    )
    for name, parameter in (("saveas", PROCESS), ("job", ASYNC)):
        route = ("POST", parameter)
        yield Way(
            name=name,
            route=route,
            make=posted(parameter, lambda _key: WIDTH),
            needs_key=True,
            stores=True,
        )
        yield Way(
            name=f"{name} in a style",
            route=route,
            make=posted(parameter, lambda _key: "style/small"),
            right=Right.STYLED,
            needs_key=True,
            stores=True,
        )
        yield Way(
            name=f"{name} of a mark",
            route=route,
            make=posted(parameter, marked, OPEN),
            needs_key=True,
            mark=True,
            stores=True,
        )
    yield Way(name="copy", route=("PUT", OBJECT), make=copied(), stores=True)
    yield Way(
        name="copied part",
        route=("PUT", "uploadId"),
        make=copied(("uploadId", "upload-0"), ("partNumber", "1")),
        stores=True,
    )
    yield Way(
        name="task",
        route=("GET", ASYNC),
        make=lambda key: get(key, (ASYNC, ""), ("taskId", "t")),
        right=Right.PERMISSION,
    )


def _plain(method: str, **headers: str) -> Make:
    return lambda key: get(key, method=method, **headers)


def _version(method: str) -> Make:
    return lambda key: get(key, ("versionId", OLD_VERSION), method=method)


def _delimiter(method: str) -> Make:
    return lambda key: get(f"{key}!small", method=method)


def _meta(method: str) -> Make:
    return lambda key: get(key, ("objectMeta", ""), method=method)


WAYS = list(ways())

SITUATIONS = [
    *(
        Situation(bucket=bucket, object=acl, protected=protected)
        for bucket, acl, protected in product(Acl, (None, *Acl), (False, True))
    ),
    *(Situation(bucket=bucket, object=None, protected=False, deleted=True) for bucket in Acl),
]


def is_allowed(way: Way, situation: Situation, caller: str | None) -> bool:
    """Return whether a caller may read the object in this way, by the rules of docs/access.md."""
    if way.needs_key and caller is None:
        return False
    if way.right is Right.SERVICE:
        return True
    if caller in READERS:
        return True
    if way.right is Right.PERMISSION or not situation.acl_opens:
        return False
    return way.right is Right.STYLED or not situation.protected


def test_every_route_that_reads_an_object_is_a_way_in() -> None:
    """A new route must be added to `ways`, or require a right that reads no object."""
    reading = {Access.READ_OBJECT, Access.STORE_RESULT, Access.READ_TASKS}
    routes = {
        (str(method), str(name))
        for (method, name), route in OBJECT_ROUTES.items()
        if route.requires in reading
    }
    copying = {("PUT", OBJECT), ("PUT", "uploadId")}
    assert {(method, str(name)) for method, name in (way.route for way in WAYS)} == routes | copying
    for (method, name), route in BUCKET_ROUTES.items():
        assert route.requires not in reading, (method, name)


def requested(gate: Gate, way: Way, key: str, caller: str | None) -> tuple[Reply, bytes]:
    """Send a request and return the reply and the bytes that it stored."""
    gate.open_upload()
    reply = gate.send(way.make(key), caller)
    gate.work()
    return reply, gate.take_made()


def comparable(way: Way, situation: Situation, caller: str | None) -> bool:
    """Return whether a refusal must be that of a missing object.

    In a public bucket the service itself refuses a closed object with 403 and answers 404 for a
    missing one (spec 01 §4); as a watermark, and in a private bucket, nothing tells them apart.
    """
    del caller
    if way.mark:
        return True
    if situation.acl_opens:
        # Its styles are public; without them, a protected key is refused before it is looked up.
        return situation.protected and situation.object is None
    return situation.bucket is Acl.PRIVATE


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "cached"])
def test_no_byte_of_a_closed_object_reaches_a_caller_without_the_right(warm: bool) -> None:
    """Over all combinations; every way is allowed to some caller and refused to another."""
    allowed, refused, requests = set(), set(), 0
    for situation in SITUATIONS:
        gate = Gate(situation)
        if warm:
            for way, caller in product(WAYS, ("owner", None)):
                requested(gate, way, SECRET, caller)
        for way, caller in product(WAYS, CALLERS):
            case = way.name, situation, caller, warm
            reply, made = requested(gate, way, SECRET, caller)
            requests += 1
            if is_allowed(way, situation, caller):
                allowed.add(way.name)
                continue
            refused.add(way.name)
            if way.right is not Right.SERVICE:
                assert reply.leaks is None, (reply.leaks, *case)
                assert not gate.leaks(made), case
            stored_by_job = way.stores and reply.status == 200
            assert reply.status >= 400 or stored_by_job, case
            if comparable(way, situation, caller):
                other, other_made = requested(gate, way, MISSING, caller)
                requests += 1
                assert reply.essence == other.essence, case
                assert bool(made) == bool(other_made), case
    names = {way.name for way in WAYS}
    assert allowed | {"task"} == names
    assert refused | {"style with a mark"} == names
    assert requests >= 5000


def test_an_allowed_request_is_answered() -> None:
    """To the reader, and to everyone where the rules allow it: no refusal is vacuous."""
    for situation in SITUATIONS:
        if situation.deleted:
            continue
        gate = Gate(situation)
        for way, caller in product(WAYS, CALLERS):
            if not is_allowed(way, situation, caller) or way.right is Right.PERMISSION:
                continue
            reply, made = requested(gate, way, SECRET, caller)
            assert reply.status in (200, 206, 304), (way.name, situation, caller, reply.body)
            if way.stores:
                assert made, (way.name, situation, caller)
