"""Multipart uploads in memory."""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fastcrc import crc64

from darkroom.errors import Code, OssError
from darkroom.ports.bodies import Body
from darkroom.ports.multipart import MultipartUpload, UploadedPart, UploadPage, UploadRef
from darkroom.ports.objects import ListQuery, ObjectAttributes, PutResult
from tests.fakes.objects import WRITTEN, MemoryObjects


@dataclass(kw_only=True)
class OpenUpload:
    """An upload and the bodies of its parts."""

    attributes: ObjectAttributes
    overwrite: bool = True
    bodies: dict[int, bytes] = field(default_factory=dict)


@dataclass(kw_only=True)
class MemoryPartStore:
    """Parts by upload."""

    open: dict[UploadRef, OpenUpload] = field(default_factory=dict)

    def put(self, upload: UploadRef, number: int, body: Body) -> PutResult:
        """Store a part."""
        content = body if isinstance(body, bytes) else body.from_start().read()
        self.found(upload).bodies[number] = content
        md5 = hashlib.md5(content, usedforsecurity=False)
        return PutResult(etag=md5.hexdigest().upper(), md5=md5.digest(), crc64=crc64.xz(content))

    def list(self, upload: UploadRef) -> Sequence[UploadedPart]:
        """Return all parts by number."""
        bodies = self.found(upload).bodies
        return [
            UploadedPart(
                number=number,
                size=len(bodies[number]),
                etag=hashlib.md5(bodies[number], usedforsecurity=False).hexdigest().upper(),
                last_modified=WRITTEN,
            )
            for number in sorted(bodies)
        ]

    def found(self, upload: UploadRef) -> OpenUpload:
        """Return an open upload, or raise NoSuchUpload."""
        if upload not in self.open:
            raise OssError(Code.NO_SUCH_UPLOAD)
        return self.open[upload]


@dataclass(kw_only=True)
class MemoryMultipartStore:
    """Uploads to objects in memory."""

    objects: MemoryObjects
    parts: MemoryPartStore = field(default_factory=MemoryPartStore)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def initiate(
        self, bucket: str, key: str, attributes: ObjectAttributes, *, overwrite: bool = True
    ) -> str:
        """Open an upload."""
        upload = UploadRef(bucket=bucket, key=key, id=f"upload-{next(self.numbers)}")
        self.parts.open[upload] = OpenUpload(attributes=attributes, overwrite=overwrite)
        return upload.id

    def complete(
        self,
        upload: UploadRef,
        parts: Sequence[UploadedPart],
        *,
        overwrite: bool = True,
        remaining: Callable[[], float] = lambda: float("inf"),
    ) -> PutResult:
        """Join the parts and store the object."""
        upload_data = self.parts.found(upload)
        if remaining() <= 0:
            raise OssError(Code.SERVICE_UNAVAILABLE)
        body = b"".join(upload_data.bodies[part.number] for part in parts)
        written = self.objects.put(
            upload.bucket,
            upload.key,
            body,
            upload_data.attributes,
            overwrite=overwrite and upload_data.overwrite,
        )
        del self.parts.open[upload]
        return PutResult(etag=written.etag, store_etag=written.etag.lower())

    def abort(self, upload: UploadRef) -> None:
        """Delete an upload."""
        self.parts.found(upload)
        del self.parts.open[upload]

    def list(
        self, bucket: str, listing: ListQuery, *, after: tuple[str, str] = ("", "")
    ) -> UploadPage:
        """List the open uploads; `prefixes` is always empty."""
        found = sorted(
            (upload.key, upload.id)
            for upload in self.parts.open
            if upload.bucket == bucket and upload.key.startswith(listing.prefix)
        )
        rest = [name for name in found if name > after]
        shown = rest[: listing.limit]
        return UploadPage(
            uploads=[MultipartUpload(key=key, id=id_, initiated=WRITTEN) for key, id_ in shown],
            prefixes=[],
            next_marker=shown[-1] if len(rest) > len(shown) else None,
        )
