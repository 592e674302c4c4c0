"""A sampled request is sent to the X-Ray daemon in one UDP datagram, without waiting or failing."""

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
def xray_daemon() -> Iterator[Daemon]:
    """Run an X-Ray daemon."""
    with daemon() as running:
        yield running


def environ(address: str, trace: str = SAMPLED) -> dict[str, str]:
    """Return the environment variables that Lambda sets."""
    return {xray.DAEMON: address, xray.TRACE: trace}


def recorded() -> Stopwatch:
    """Return the stopwatch of a request for an animation of three frames."""
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


def test_a_request_is_a_subsegment_that_contains_its_stages(xray_daemon: Daemon) -> None:
    """Each stage is nested in its parent, with start, end and own time."""
    before, watch = time(), recorded()
    annotations: dict[str, str | int] = {"operation": "resize", "status": 200}
    XRayTraces(environ=environ(xray_daemon.address)).send("request", watch, annotations, None)
    (document,) = xray_daemon.received()
    assert document["type"] == "subsegment"
    assert (document["trace_id"], document["parent_id"]) == (TRACE_ID, PARENT)
    assert (document["name"], document["annotations"]) == ("request", annotations)
    store, encode = document["subsegments"]
    decode, pixels = encode["subsegments"]
    assert [part["name"] for part in (store, encode, decode, pixels)] == [
        *("store", "encode", "decode", "pixels"),
    ]
    sections = [document, store, store, encode, decode, decode, encode, document]
    names = ["start_time", *("start_time", "end_time"), *("start_time",) * 2, *("end_time",) * 3]
    times = [moment[name] for moment, name in zip(sections, names, strict=True)]
    assert before <= times[0]
    assert times == sorted(times)
    assert times[-1] <= time()
    assert decode["metadata"]["darkroom"]["times"] == 3
    assert 3 <= decode["metadata"]["darkroom"]["own_milliseconds"] < 1000
    ids = [part["id"] for part in (document, store, encode, decode, pixels)]
    assert len(set(ids)) == 5
    assert all(ID.fullmatch(name) for name in ids)


def test_a_document_does_not_grow_with_the_frames(xray_daemon: Daemon) -> None:
    """Repeated stages are one subsegment, so a document is below 2,000 characters."""
    watch = Stopwatch()
    with watch.stage("encode"):
        for _ in range(1000):
            with watch.stage("decode"):
                pass
    XRayTraces(environ=environ(xray_daemon.address)).send("request", watch, {}, None)
    (document,) = xray_daemon.received()
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
def test_a_failure_is_marked_as_error_or_fault(
    error: Exception, mark: str, name: str, xray_daemon: Daemon
) -> None:
    """Server errors are faults, others errors; the document has the name, not the message."""
    watch = Stopwatch()
    with suppress(type(error)), watch.stage("decode"):
        raise error
    XRayTraces(environ=environ(xray_daemon.address)).send("request", watch, {}, Failure.of(error))
    (document,) = xray_daemon.received()
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
def test_a_request_that_is_not_sampled_is_not_sent(trace: str, xray_daemon: Daemon) -> None:
    """The tracing header decides; without one there is no trace."""
    XRayTraces(environ=environ(xray_daemon.address, trace)).send("request", recorded(), {}, None)
    assert xray_daemon.received() == []


def test_the_tracing_header_is_read_for_each_request(xray_daemon: Daemon) -> None:
    """Lambda changes the variable with every request."""
    variables = environ(xray_daemon.address, "Sampled=0")
    traces = XRayTraces(environ=variables)
    traces.send("request", recorded(), {}, None)
    variables[xray.TRACE] = SAMPLED
    traces.send("request", recorded(), {}, None)
    assert len(xray_daemon.received()) == 1


@pytest.mark.parametrize("form", ["{}", "udp:{}", "tcp:127.0.0.1:9 udp:{}"])
def test_the_address_may_have_both_forms(form: str, xray_daemon: Daemon) -> None:
    """X-Ray's variable contains one address, or one for each protocol."""
    address = form.format(xray_daemon.address)
    XRayTraces(environ=environ(address)).send("request", recorded(), {}, None)
    assert len(xray_daemon.received()) == 1


@pytest.mark.parametrize(
    "address", ["", "nowhere", "127.0.0.1:99999", "127.0.0.1:", "[", "256.1.1.1:2000"]
)
def test_an_invalid_address_raises_nothing(address: str) -> None:
    """A trace that cannot be sent does not fail the request."""
    XRayTraces(environ=environ(address)).send("request", recorded(), {}, None)


def test_a_stopped_daemon_raises_nothing() -> None:
    """A refused datagram does not fail the request."""
    with daemon() as running:
        address = running.address
    traces = XRayTraces(environ=environ(address))
    for _ in range(3):
        traces.send("request", recorded(), {}, None)
