"""A sampled request is told to the daemon in one datagram; nobody waits for it, or minds."""

import re
from collections.abc import Iterator
from contextlib import suppress
from time import sleep, time

import pytest

from darkroom.aws import xray
from darkroom.aws.xray import XRayTraces
from darkroom.errors import Code, Failure, OssError
from darkroom.telemetry.stopwatch import Stopwatch
from tests.xray_daemon import PARENT, SAMPLED, TRACE_ID, Daemon, daemon

ID = re.compile(r"[0-9a-f]{16}")


@pytest.fixture
def listening() -> Iterator[Daemon]:
    """Play the daemon."""
    with daemon() as played:
        yield played


def environ(address: str, trace: str = SAMPLED) -> dict[str, str]:
    """Give what Lambda tells a function."""
    return {xray.DAEMON: address, xray.TRACE: trace}


def worked() -> Stopwatch:
    """Answer a request, an animation of three frames."""
    watch = Stopwatch()
    with watch.stage("store"):
        sleep(0.002)
    with watch.stage("encode"):
        for _ in range(3):
            with watch.stage("decode"):
                sleep(0.001)
            with watch.stage("pixels"):
                pass
    return watch


def test_a_request_is_a_subsegment_with_its_stages_in_it(listening: Daemon) -> None:
    """Below the function's own segment, each stage where it ran and for as long as it did."""
    before, watch = time(), worked()
    facts: dict[str, str | int] = {"operation": "resize", "status": 200}
    XRayTraces(environ=environ(listening.address)).send("request", watch, facts, None)
    (document,) = listening.received()
    assert document["type"] == "subsegment"
    assert (document["trace_id"], document["parent_id"]) == (TRACE_ID, PARENT)
    assert (document["name"], document["annotations"]) == ("request", facts)
    store, encode = document["subsegments"]
    decode, pixels = encode["subsegments"]
    assert [part["name"] for part in (store, encode, decode, pixels)] == [
        *("store", "encode", "decode", "pixels"),
    ]
    moments = [document, store, store, encode, decode, decode, encode, document]
    names = ["start_time", *("start_time", "end_time"), *("start_time",) * 2, *("end_time",) * 3]
    times = [moment[name] for moment, name in zip(moments, names, strict=True)]
    assert before <= times[0]
    assert times == sorted(times)
    assert times[-1] <= time()
    assert decode["metadata"]["darkroom"]["times"] == 3
    assert 3 <= decode["metadata"]["darkroom"]["own_milliseconds"] < 1000
    ids = [part["id"] for part in (document, store, encode, decode, pixels)]
    assert len(set(ids)) == 5
    assert all(ID.fullmatch(name) for name in ids)


def test_a_thousand_frames_make_no_larger_document(listening: Daemon) -> None:
    """One datagram holds it, and X-Ray's 64 KB for a document are far."""
    watch = Stopwatch()
    with watch.stage("encode"):
        for _ in range(1000):
            with watch.stage("decode"):
                pass
    XRayTraces(environ=environ(listening.address)).send("request", watch, {}, None)
    (document,) = listening.received()
    assert len(document["subsegments"][0]["subsegments"]) == 1
    assert len(str(document)) < 2000


@pytest.mark.parametrize(
    ("error", "mark", "name"),
    [
        (OssError(Code.IMAGE_DAMAGE, "the caller's words"), "error", "ImageDamage"),
        (OssError(Code.SERVICE_UNAVAILABLE), "fault", "ServiceUnavailable"),
        (KeyError("our words"), "fault", "KeyError"),
    ],
    ids=["ImageDamage", "ServiceUnavailable", "KeyError"],
)
def test_what_failed_is_marked(error: Exception, mark: str, name: str, listening: Daemon) -> None:
    """As a fault where it is ours, as an error else; by its name alone."""
    watch = Stopwatch()
    with suppress(type(error)), watch.stage("decode"):
        raise error
    XRayTraces(environ=environ(listening.address)).send("request", watch, {}, Failure.of(error))
    (document,) = listening.received()
    for part in (document, document["subsegments"][0]):
        assert {key for key in ("error", "fault") if part.get(key)} == {mark}
        (exception,) = part["cause"]["exceptions"]
        assert exception.keys() == {"id", "type"}
        assert exception["type"] == name
    assert "words" not in str(document)


@pytest.mark.parametrize(
    "trace",
    [
        "",
        f"Root={TRACE_ID};Parent={PARENT};Sampled=0",
        f"Root={TRACE_ID};Sampled=1",
        f"Root={TRACE_ID};Parent={PARENT}",
        ";;=;",
    ],
)
def test_what_is_not_sampled_is_not_told(trace: str, listening: Daemon) -> None:
    """The tracing header decides; without one there is no trace."""
    XRayTraces(environ=environ(listening.address, trace)).send("request", worked(), {}, None)
    assert listening.received() == []


def test_the_header_of_the_present_request_counts(listening: Daemon) -> None:
    """Lambda changes the variable with every request."""
    variables = environ(listening.address, "Sampled=0")
    traces = XRayTraces(environ=variables)
    traces.send("request", worked(), {}, None)
    variables[xray.TRACE] = SAMPLED
    traces.send("request", worked(), {}, None)
    assert len(listening.received()) == 1


@pytest.mark.parametrize("form", ["{}", "udp:{}", "tcp:127.0.0.1:9 udp:{}"])
def test_the_address_may_have_both_forms(form: str, listening: Daemon) -> None:
    """X-Ray's variable names one address, or one for each protocol."""
    address = form.format(listening.address)
    XRayTraces(environ=environ(address)).send("request", worked(), {}, None)
    assert len(listening.received()) == 1


@pytest.mark.parametrize(
    "address", ["", "nowhere", "127.0.0.1:99999", "127.0.0.1:", "[", "256.1.1.1:2000"]
)
def test_an_address_that_is_none_is_no_failure(address: str) -> None:
    """A request is more than its trace."""
    XRayTraces(environ=environ(address)).send("request", worked(), {}, None)


def test_a_daemon_that_is_gone_is_no_failure() -> None:
    """Not even when the system says that nobody listens."""
    with daemon() as played:
        address = played.address
    traces = XRayTraces(environ=environ(address))
    for _ in range(3):
        traces.send("request", worked(), {}, None)
