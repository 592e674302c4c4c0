"""A signature covers what it is for: no changed request is accepted in its place."""

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from darkroom.auth import SignedRequest
from darkroom.buckets import Acl
from tests.attacks.gate import SECRET, Gate, Situation, access_key
from tests.fakes.services import NOW
from tests.signed_forms import sign_in_every_form

SITUATION = Situation(bucket=Acl.PRIVATE, object=None, protected=False)
REQUEST = SignedRequest(
    method="GET",
    bucket="demo",
    key=SECRET,
    query=(("x-oss-process", "image/resize,w_4"), ("response-expires", "0")),
)


def signed(caller: str = "reader") -> dict[str, SignedRequest]:
    """Return the request in every form."""
    return sign_in_every_form(REQUEST, access_key(caller), now=NOW, seconds=60)


@pytest.mark.parametrize("form", signed())
def test_the_request_itself_is_answered(form: str) -> None:
    """Otherwise the refusals would say nothing; an unknown key and a stranger are refused."""
    gate = Gate(SITUATION)
    assert gate.send(signed()[form], None).status == 200
    assert gate.send(signed("other")[form], None).status == 403


def changes(request: SignedRequest, chance: random.Random) -> list[SignedRequest]:
    """Return the request with one thing changed at a time."""
    found = [
        replace(request, key="open.png"),
        replace(request, key=f"{request.key}!small"),
        replace(request, key=f"{request.key}x"),
        replace(request, bucket="own"),
        replace(request, method="HEAD"),
        replace(request, method="DELETE"),
        replace(request, query=(*request.query, ("versionId", "v1"))),
        replace(request, query=(*request.query, ("response-content-type", "text/html"))),
        replace(request, query=(*request.query, ("acl", ""))),
    ]
    for place, (name, value) in enumerate(request.query):
        others = request.query[:place], request.query[place + 1 :]
        if name.lower() in ("x-oss-process", "response-expires"):
            found.append(replace(request, query=(*others[0], *others[1])))
        found += [
            replace(request, query=(*others[0], (name, changed), *others[1]))
            for changed in mutated(value, chance)
        ]
    for name, value in request.headers.items():
        if name in ("authorization", "date", "x-oss-date"):
            found.append(
                replace(request, headers={k: v for k, v in request.headers.items() if k != name})
            )
            found += [
                replace(request, headers={**request.headers, name: changed})
                for changed in mutated(value, chance)
            ]
    return found


def mutated(text: str, chance: random.Random) -> list[str]:
    """Return texts that differ in one character each."""
    if not text:
        return ["x"]
    found = [text + "0", text[:-1], text[1:]]
    for _ in range(12):
        place = chance.randrange(len(text))
        other = chance.choice([each for each in "0aZ9=/+,:" if each != text[place]])
        found.append(text[:place] + other + text[place + 1 :])
    return found


@pytest.mark.parametrize("form", signed())
def test_no_changed_request_is_accepted(form: str) -> None:
    """One character of the address, of a parameter or of the signature, or a thing more or less."""
    gate = Gate(SITUATION)
    request = signed()[form]
    for changed in changes(request, random.Random(form)):
        reply = gate.send(changed, None)
        assert reply.status >= 400 or is_equivalent(request, changed), (form, changed)
        assert reply.leaks is None or is_equivalent(request, changed), (form, changed)


def is_equivalent(request: SignedRequest, changed: SignedRequest) -> bool:
    """Return whether a change is one of spelling: base64 has bits that count for nothing."""
    if (changed.method, changed.bucket, changed.key) != (
        request.method,
        request.bucket,
        request.key,
    ):
        return False
    parts = [
        (a, b)
        for a, b in zip(
            (*request.query, *request.headers.items()),
            (*changed.query, *changed.headers.items()),
            strict=False,
        )
        if a != b
    ]
    if len(parts) != 1:
        return False
    (_, before), (_, after) = parts[0]
    return before.rstrip("=")[:-1] == after.rstrip("=")[:-1]


@pytest.mark.parametrize("form", signed())
@pytest.mark.parametrize("minutes", [-60, -16, 16, 60])
def test_a_signature_of_another_time_is_refused(form: str, minutes: int) -> None:
    """A header after 15 minutes, a URL after its end; neither before its time."""
    at = NOW + timedelta(minutes=minutes)
    request = sign_in_every_form(REQUEST, access_key("reader"), now=at, seconds=60)[form]
    reply = Gate(SITUATION).send(request, None)
    if minutes > 0 and form in ("v1 url", "v2 url"):
        # A URL of these versions states its end alone.
        assert reply.status == 200
        return
    assert reply.status == 403
    assert reply.leaks is None
