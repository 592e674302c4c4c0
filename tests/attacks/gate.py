"""The whole service on stores in memory: signed requests in, replies out, without AWS.

The objects of the bucket `demo` are pictures of one colour each, whose files hold a marker: a reply
that has the colour, the marker, the ETag or the metadata of the closed object leaks it.
"""

import dataclasses
import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from msgspec.structs import replace
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from darkroom.auth import AccessKey, Permission, SignedRequest
from darkroom.buckets import Acl, Bucket, Protection, ProtectionRule, Style
from darkroom.errors import Code, OssError
from darkroom.imaging.context import ProcessingContext
from darkroom.jobs import Job
from darkroom.ports.objects import ObjectAttributes, ObjectInfo, OpenObject, RangeSpec
from darkroom.process.parameters import encode_base64
from darkroom.usecases.jobs.object_events import parse_message
from darkroom.usecases.jobs.run import run_job
from darkroom.usecases.services import JobWorker, Services
from darkroom.web.dispatch import admit, answer, locate
from darkroom.web.http import ObjectBody, Request, Response
from darkroom.web.responses import error_response, head_response
from tests.fakes.buckets import MemoryStyles
from tests.fakes.job_services import MemoryQueue, memory_job_services
from tests.fakes.multipart import MemoryMultipartStore
from tests.fakes.objects import MemoryObject, MemoryObjects
from tests.fakes.results import MemoryResultStorage
from tests.fakes.services import NOW, MemoryCredentials, memory_services
from tools import oss_client

SECRET, MISSING, OPEN = "secret/a.png", "secret/b.png", "open.png"
COLOURS = {SECRET: (250, 10, 130), OPEN: (20, 200, 60)}
MARKER, META = b"MARKER-OF-THE-CLOSED-OBJECT", "metadata-of-the-closed-object"
OLD_VERSION = "v1"
SEPARATOR = b"--- between two objects ---"

MARK = f"image/watermark,image_{encode_base64(SECRET)},g_nw,x_0,y_0"
MISSING_MARK = f"image/watermark,image_{encode_base64(MISSING)},g_nw,x_0,y_0"
STYLES = {"small": "image/resize,w_4", "marked": MARK, "unmarked": MISSING_MARK}

KEYS: Mapping[str, tuple[str, frozenset[Permission]]] = {
    "reader": ("demo", frozenset({Permission.READ})),
    "writer": ("demo", frozenset({Permission.WRITE})),
    "admin": ("demo", frozenset({Permission.ADMIN})),
    "other": ("own", frozenset(Permission)),
    "owner": ("*", frozenset(Permission)),
}
CALLERS = (None, *KEYS)
READERS = {"reader", "owner"}
"""The callers with the read permission on `demo`."""


def access_key(name: str) -> AccessKey:
    """Return a key."""
    bucket, permissions = KEYS[name]
    return AccessKey(id=name, secret="s", buckets=frozenset({bucket}), permissions=permissions)


@cache
def picture(key: str) -> bytes:
    """Draw an object; the closed one has a marker in its file."""
    info = PngInfo()
    if key == SECRET:
        info.add_text("Comment", MARKER.decode())
    file = io.BytesIO()
    Image.new("RGB", (12, 9), COLOURS[key]).save(file, "PNG", pnginfo=info)
    return file.getvalue()


@dataclass(frozen=True, kw_only=True)
class VersionedObjects(MemoryObjects):
    """Objects with old versions, by their ids."""

    old: dict[tuple[str, str, str], MemoryObject] = field(default_factory=dict)

    def head(self, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
        """Return the header of a version."""
        if version_id is None:
            return super().head(bucket, key)
        return self._version(bucket, key, version_id).info

    def open(
        self,
        bucket: str,
        key: str,
        *,
        version_id: str | None = None,
        byte_range: RangeSpec | None = None,
    ) -> OpenObject:
        """Open a version, or a part of the current one."""
        if version_id is None:
            return super().open(bucket, key, byte_range=byte_range)
        return self._version(bucket, key, version_id)

    def _version(self, bucket: str, key: str, version_id: str) -> MemoryObject:
        found = self.old.get((bucket, key, version_id))
        if found is None:
            raise OssError(Code.NO_SUCH_VERSION)
        return found


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The settings on which the right to read the closed object depends."""

    bucket: Acl
    object: Acl | None
    protected: bool
    deleted: bool = False
    """Whether only an old version of the object is left."""

    @property
    def acl_opens(self) -> bool:
        """Whether the ACLs let everyone read the object."""
        return not self.deleted and (self.object or self.bucket) is not Acl.PRIVATE


@dataclass(frozen=True, kw_only=True)
class Reply:
    """All that a caller gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def essence(self) -> tuple[int, bytes, str | None]:
        """Return status, error document and EC, without the names of the two keys.

        The ids of an accepted job are random.
        """
        body = self.body.replace(MISSING.encode(), SECRET.encode()) if self.status >= 400 else b""
        return self.status, body, self.headers.get("x-oss-ec")

    @property
    def leaks(self) -> str | None:
        """Return what of the closed object the reply reveals, None if nothing."""
        etag = SecretEtag
        for name, value in self.headers.items():
            if META in value or etag in value or MARKER.decode() in value:
                return name
        if MARKER in self.body or etag.encode() in self.body or shows_secret(self.body):
            return "body"
        return None


def shows_secret(body: bytes) -> bool:
    """Return whether a body is a picture with the colour of the closed object."""
    if not body.startswith(b"\x89PNG"):
        return False
    colours = Image.open(io.BytesIO(body)).convert("RGB").getcolors(1 << 16) or []
    wanted = COLOURS[SECRET]
    return any(
        all(abs(a - b) < 24 for a, b in zip(colour, wanted, strict=True))
        for _, colour in colours
        if isinstance(colour, tuple)
    )


def _etag() -> str:
    store = MemoryObjects()
    store.add("demo", SECRET, picture(SECRET))
    return store.head("demo", SECRET).etag


SecretEtag = _etag()
"""The ETag of the closed object."""


class Gate:
    """A service in one situation."""

    def __init__(self, situation: Situation) -> None:
        """Store the objects, one of them in an old version that was public."""
        self.situation = situation
        self.objects = VersionedObjects()
        self.results = MemoryResultStorage()
        self.queue = MemoryQueue()
        rule = ProtectionRule(prefix="secret/")
        protection = Protection(enabled=True, rules=(rule,))
        self.buckets = [
            Bucket(
                name="demo",
                acl=situation.bucket,
                delimiters=("!",),
                protection=protection if situation.protected else Protection(),
            ),
            Bucket(name="own", acl=Acl.PUBLIC_READ_WRITE),
        ]
        self._store(SECRET, situation.object, metadata={"note": META})
        stored = self.objects.stored["demo", SECRET]
        version = replace(stored.info, version_id=OLD_VERSION, acl=Acl.PUBLIC_READ)
        self.objects.old["demo", SECRET, OLD_VERSION] = dataclasses.replace(stored, info=version)
        if situation.deleted:
            del self.objects.stored["demo", SECRET]
        self._store(OPEN, Acl.PUBLIC_READ)
        self.jobs = memory_job_services(queue=self.queue)
        styles = {
            name: Style(name=name, content=text, created=NOW, modified=NOW)
            for name, text in STYLES.items()
        }
        services = memory_services(
            *self.buckets,
            objects=self.objects,
            styles=MemoryStyles(styles={"demo": styles, "own": {}}),
            results=self.results,
            jobs=self.jobs,
        )
        credentials = MemoryCredentials.of(*(access_key(name) for name in KEYS))
        self.multipart = MemoryMultipartStore(objects=self.objects)
        self.services: Services = replace(
            services, credentials=credentials, multipart=self.multipart
        )

    def _store(self, key: str, acl: Acl | None, metadata: Mapping[str, str] | None = None) -> None:
        attributes = ObjectAttributes(acl=acl, metadata=metadata or {}, content_type="image/png")
        self.objects.put("demo", key, picture(key), attributes)

    def send(self, request: SignedRequest, caller: str | None) -> Reply:
        """Sign a request for a caller, or for none, and answer it as the function does."""
        if caller is not None:
            request = oss_client.v4_header(request, access_key(caller), now=NOW, region="any")
        path, _, query = request.target().partition("?")
        sent = Request(
            method=request.method,
            raw_path=path,
            raw_query=query,
            headers={"host": "api", **request.headers},
            body=request.body(),
        )
        try:
            target = locate(sent, self.services)
            response = answer(admit(sent, target, self.services, ProcessingContext()))
            head = sent.method == "HEAD"
            response = head_response(response) if head else response
        except OssError as error:
            response = error_response(error, request_id="", host="api", head=sent.method == "HEAD")
        return Reply(status=response.status, headers=response.headers, body=_body(response))

    def work(self) -> None:
        """Run the queued jobs."""
        while self.queue.sent:
            job = parse_message(self.queue.sent.pop(), self.services.settings)
            assert isinstance(job, Job)
            worker = JobWorker(
                name="one",
                services=self.services,
                jobs=self.jobs,
                context=ProcessingContext(remaining=lambda: 60.0),
            )
            run_job(job, worker)

    def open_upload(self) -> None:
        """Open an upload with the id `upload-0` in the caller's bucket; close all others."""
        self.multipart.parts.open.clear()
        self.multipart.numbers = itertools.count()
        self.multipart.initiate("own", "made.png", ObjectAttributes())

    def leaks(self, made: bytes) -> bool:
        """Return whether stored bytes reveal the closed object."""
        return MARKER in made or any(shows_secret(each) for each in made.split(SEPARATOR))

    def take_made(self) -> bytes:
        """Remove the objects that were made in the caller's bucket and return their bytes."""
        keys = [name for name in self.objects.stored if name[0] == "own"]
        parts = [
            body for each in self.multipart.parts.open.values() for body in each.bodies.values()
        ]
        return SEPARATOR.join([*parts, *(self.objects.stored.pop(name).body for name in keys)])


def _body(response: Response) -> bytes:
    body = response.body
    if isinstance(body, ObjectBody):
        return body.object.read()
    if isinstance(body, bytes):
        return body
    return body.body or b""
