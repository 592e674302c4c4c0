"""Random sequences of requests over odd keys and values, compared with a model and the store."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from darkroom.auth.signed_request import Pairs
from darkroom.aws.header_texts import header_text, metadata_text
from darkroom.content_types import content_type_of_key
from tests.fakes.api import MemoryApi
from tests.functional.conftest import Ask

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

SEQUENCES = 2_000
STEPS = 8
GROUPS = 8

KEYS = [
    *("a", "a b", "a+b", "a%2Bb", "a%b", "100%25.jpg", "a/b/c.png", "a//b", "a/", "..", "a/../b"),
    *("图/ü.jpg", "\U0001f4f7", "&<>'\"", "a&amp;b", "a;b#c=d", "!$'()*,:@~", " lead", "trail "),
    *("c\x01d", "c\x0cd", "c\rd", "c\td", "\x1f", "\x7f", "\ue000", "a\ufffd", "a\ufffe", "]]>"),
]
VALUES = ["v", "Zoë 图", "Ã¤", "\u3000x\xa0y", 'a "q"; b', "=?", "ÿ", "\U0001f4f7", "%20+&="]
EXPIRES = ["Sun, 01 Nov 2026 10:00:00 GMT", "soon", "2012-10-01 08:00:00", "明天"]
ACLS = ["private", "public-read", "default"]


class Answer(Protocol):
    """A reply as a client reads it."""

    @property
    def status(self) -> int:
        """The status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""

    @property
    def body(self) -> bytes:
        """The body."""


type Send = Callable[..., Answer]
"""Sends a request to the bucket `closed`: method, key, query, headers, body."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An object as the model has it."""

    body: bytes
    headers: Mapping[str, str]
    """Content type, stored headers and metadata, as a GET answers them."""
    acl: str = "default"


@dataclass(kw_only=True)
class Sequence:
    """A client, and the model of what it stored."""

    send: Send
    random: Random
    keys: list[str]
    prefix: str
    model: dict[str, Entry] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Send random requests, then compare every object and both kinds of list."""
        actions: tuple[Callable[[], None], ...] = (
            *(self.put, self.put, self.upload, self.copy, self.acl, self.metadata),
            *(self.delete, self.delete_many, self.compare_lists, self.get),
        )
        for _ in range(STEPS):
            action = self.random.choice(actions)
            self.log.append(action.__name__)
            action()
        for key in self.model:
            self.check(key)
        self.compare_lists()

    def key(self) -> str:
        """Return any key, stored or not."""
        return self.prefix + self.random.choice(self.keys)

    def attributes(self, key: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return headers to send, and those that a GET then answers."""
        random = self.random
        stored = {"content-disposition": random.choice(VALUES)} if random.random() < 0.5 else {}
        if random.random() < 0.3:
            stored["expires"] = random.choice(EXPIRES)
        for name in random.sample(["a", "b-c", "d_e"], random.randrange(3)):
            stored[f"x-oss-meta-{name}"] = random.choice(VALUES)
        if random.random() < 0.5:
            stored["content-type"] = "text/x-chosen"
        return stored, {"content-type": content_type_of_key(key), **stored}

    def body(self) -> bytes:
        """Return any bytes."""
        return self.random.choice([b"", b"x", "图".encode(), bytes(range(256)), b"\xff\xfe"])

    def ok(self, method: str, key: str, *, query: Pairs = (), **more: object) -> Answer:
        """Send a request and assert that it succeeds."""
        reply = self.send(method, key, query=query, **more)
        self.log.append(f"{method} {key!r} {query}")
        assert reply.status in (200, 204), (self.log, reply.body)
        return reply

    def put(self) -> None:
        """Store an object in one request, of a type that is not textual or with a digest."""
        key = self.key()
        sent, answered = self.attributes(key)
        body = self.body()
        if sent.get("content-type", "").startswith("text/"):
            body = b"text"
        self.ok("PUT", key, headers=sent, body=body)
        self.model[key] = Entry(body=body, headers=answered)

    def upload(self) -> None:
        """Store an object in parts, sent in any order."""
        key = self.key()
        if any(character < " " or character == "\ufffe" for character in key):
            return  # S3 has no encoding for such a key in its replies
        sent, answered = self.attributes(key)
        begun = self.ok("POST", key, query=(("uploads", ""),), headers=sent)
        upload = (("uploadId", ET.fromstring(begun.body).findtext("UploadId") or ""),)
        bodies = [self.body() for _ in range(self.random.randrange(1, 4))]
        numbers = list(range(1, len(bodies) + 1))
        for number in self.random.sample(numbers, len(numbers)):
            query = (("partNumber", str(number)), *upload)
            self.ok("PUT", key, query=query, body=bodies[number - 1])
        self.ok("POST", key, query=upload, headers={"x-oss-complete-all": "yes"})
        self.model[key] = Entry(body=b"".join(bodies), headers=answered)

    def copy(self) -> None:
        """Copy a stored object to another key, with its attributes or with others."""
        if not self.model:
            return
        source, key = self.random.choice(list(self.model)), self.key()
        path = self.random.choice([quote(source), quote(source).replace("%20", "+")])
        headers = {"x-oss-copy-source": f"/closed/{path}"}
        entry = self.model[source]
        if self.random.random() < 0.5:
            sent, answered = self.attributes(key)
            headers |= {**sent, "x-oss-metadata-directive": "REPLACE"}
            entry = replace(entry, headers=answered)
        self.ok("PUT", key, headers=headers)
        self.model[key] = replace(entry, acl="default")

    def acl(self) -> None:
        """Change the ACL of a stored object, which rewrites it."""
        if self.model:
            key, acl = self.random.choice(list(self.model)), self.random.choice(ACLS)
            self.ok("PUT", key, query=(("acl", ""),), headers={"x-oss-object-acl": acl})
            self.model[key] = replace(self.model[key], acl=acl)

    def metadata(self) -> None:
        """Replace the attributes of a stored object: a copy onto itself."""
        if self.model:
            key = self.random.choice(list(self.model))
            sent, answered = self.attributes(key)
            source = {"x-oss-copy-source": f"/closed/{quote(key)}"}
            self.ok("PUT", key, headers={**source, **sent, "x-oss-metadata-directive": "REPLACE"})
            self.model[key] = replace(self.model[key], headers=answered, acl="default")

    def delete(self) -> None:
        """Delete an object, stored or not."""
        key = self.key()
        self.ok("DELETE", key)
        self.model.pop(key, None)

    def delete_many(self) -> None:
        """Delete a list of keys, written with raw controls or references."""
        keys = list({self.key() for _ in range(self.random.randrange(1, 6))})
        references = self.random.random() < 0.5
        write: Callable[[str], str] = written_with_references if references else escape
        listed = "".join(f"<Object><Key>{write(key)}</Key></Object>" for key in keys)
        query = (("delete", ""), ("encoding-type", "url"))
        reply = self.ok("POST", "", query=query, body=f"<Delete>{listed}</Delete>".encode())
        gone = [unquote(node.text or "") for node in ET.fromstring(reply.body).iter("Key")]
        assert sorted(gone) == sorted(keys), self.log
        for key in keys:
            self.model.pop(key, None)

    def get(self) -> None:
        """Read an object, stored or not."""
        self.check(self.key())

    def check(self, key: str) -> None:
        """Compare an object with the model."""
        expected = self.model.get(key)
        reply = self.send("GET", key)
        if expected is None:
            assert reply.status == 404, (self.log, key)
            return
        assert (reply.status, reply.body) == (200, expected.body), (self.log, key)
        names = ("content-type", "content-disposition", "expires")
        found = {
            name: value
            for name, value in reply.headers.items()
            if name in names or name.startswith("x-oss-meta-")
        }
        assert found == dict(expected.headers), (self.log, key)
        policy = self.ok("GET", key, query=(("acl", ""),))
        grant = ET.fromstring(policy.body).findtext("AccessControlList/Grant")
        assert grant == expected.acl, (self.log, key)

    def compare_lists(self) -> None:
        """List by pages, by marker or token, with a prefix or a delimiter."""
        prefix = self.prefix + self.random.choice(["", "", "a", "图/"])
        delimiter = self.random.choice(["", "/"])
        entries = {name_of(key, prefix, delimiter) for key in self.model if key.startswith(prefix)}
        found = list(self.pages(prefix, delimiter))
        assert found == sorted(entries, key=str.encode), (self.log, prefix, delimiter)

    def pages(self, prefix: str, delimiter: str) -> Iterator[str]:
        """Yield keys and common prefixes of all pages, in order."""
        by_token = self.random.random() < 0.5
        parameter = "continuation-token" if by_token else "marker"
        fixed: Pairs = (
            ("prefix", prefix),
            ("delimiter", delimiter),
            ("encoding-type", "url"),
            ("max-keys", str(self.random.choice([1, 2, 3, 100]))),
            *([("list-type", "2")] if by_token else []),
        )
        position: Pairs = ()
        while True:
            root = ET.fromstring(self.ok("GET", "", query=(*fixed, *position)).body)
            paths = ("Contents/Key", "CommonPrefixes/Prefix")
            page = [unquote(node.text or "") for path in paths for node in root.iterfind(path)]
            yield from sorted(page, key=str.encode)
            if root.findtext("IsTruncated") == "false":
                return
            name = "NextContinuationToken" if by_token else "NextMarker"
            position = ((parameter, unquote(root.findtext(name) or "")),)


def written_with_references(key: str) -> str:
    """Escape a key as Go's SDK does."""
    return "".join(
        f"&#x{ord(character):02X};" if character < " " or character == "\ufffe" else character
        for character in escape(key)
    )


def name_of(key: str, prefix: str, delimiter: str) -> str:
    """Return the entry of a list that stands for a key."""
    head, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
    return prefix + head + found if found else key


@pytest.mark.parametrize(
    "group", [0, *(pytest.param(group, marks=pytest.mark.slow) for group in range(1, GROUPS))]
)
def test_sequences_agree_with_a_model(group: int) -> None:
    """What is listed, fetched and deleted agrees with a model, and so does the store."""
    for seed in range(group, SEQUENCES, GROUPS):
        api, random = MemoryApi(), Random(seed)

        def send(method: str, key: str, *, api: MemoryApi = api, **more: object) -> Answer:
            return api.ask(method, "closed", key, **more)  # type: ignore[arg-type]

        sequence = Sequence(send=send, random=random, keys=random.sample(KEYS, 6), prefix="")
        sequence.run()
        stored = {
            key: Entry(
                body=entry.body,
                headers={
                    "content-type": entry.info.content_type,
                    **entry.info.headers,
                    **{f"x-oss-meta-{name}": text for name, text in entry.info.metadata.items()},
                },
                acl=entry.info.acl or "default",
            )
            for (_, key), entry in api.objects.stored.items()
        }
        assert stored == sequence.model, (seed, sequence.log)


@pytest.mark.parametrize(
    "group", [0, *(pytest.param(group, marks=pytest.mark.slow) for group in range(1, 3))]
)
def test_sequences_agree_with_s3(ask: Ask, s3: "S3Client", group: int) -> None:
    """The same through the handler to S3, read there with S3's own client."""
    for seed in range(group * 10, group * 10 + 10):
        random, prefix = Random(seed), f"sequence-{seed}/"

        def send(method: str, key: str, **more: object) -> Answer:
            return ask(method, "closed", key, by="owner", **more)

        # Moto has no route for a key that ends in a dot segment.
        keys = [key for key in KEYS if ".." not in key]
        sequence = Sequence(send=send, random=random, keys=random.sample(keys, 6), prefix=prefix)
        sequence.run()
        listed = s3.list_objects_v2(Bucket="closed", Prefix=prefix).get("Contents", [])
        assert {entry["Key"] for entry in listed} == set(sequence.model), (seed, sequence.log)
        for key, expected in sequence.model.items():
            found = s3.get_object(Bucket="closed", Key=key)
            assert found["Body"].read() == expected.body, (seed, key)
            assert found["ContentType"] == expected.headers["content-type"], (seed, key)
            disposition = header_text(found.get("ContentDisposition", ""))
            assert disposition == expected.headers.get("content-disposition", ""), (seed, key)
            metadata = {
                f"x-oss-meta-{name}": metadata_text(value)
                for name, value in found["Metadata"].items()
                if not name.startswith("darkroom-")
            }
            assert metadata.items() <= expected.headers.items(), (seed, key)
