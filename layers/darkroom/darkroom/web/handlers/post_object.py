"""PostObject: an object stored from a form, as HTML pages and mini programs send it."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from msgspec.structs import replace

from darkroom.auth import read_policy
from darkroom.errors import Code, OssError, callback_refused, invalid
from darkroom.naming_rules import check_key
from darkroom.usecases import objects
from darkroom.usecases.objects import PutObjectRequest
from darkroom.web import cors
from darkroom.web.context import RequestContext
from darkroom.web.forms import EC_FORMAT, Form, FormFile
from darkroom.web.http import NO_STORE, UNRESERVED_IN_PATHS, Response
from darkroom.web.object_headers import (
    attributes_from_headers,
    encryption_headers,
    may_overwrite,
)
from darkroom.web.request_checks import require_upload_size
from darkroom.web.responses import put_headers, xml_response
from darkroom.web.xml import element

KEY = "key"
POLICY = "policy"
BUCKET = "bucket"
REDIRECT = "success_action_redirect"
STATUS = "success_action_status"
CALLBACK = "callback"

FILE_NAME = "${filename}"
"""In a key, the name that the client gives the file."""

_CONTENT_TYPE = "content-type"
_OWN_CONTENT_TYPE = "x-oss-content-type"
"""Field that overrides the type that a browser writes next to the file."""

_STATUSES = {"200": 200, "201": 201, "204": 204}
_DEFAULT_STATUS = 204

_WEB_ADDRESS = re.compile(r"(https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)(?:[/?#][^\s\\]*)?")
"""An address that every client reads alike: no user info, no backslash, no control characters."""

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def post_object(context: RequestContext) -> Response:
    """Store the file of a form; everything is checked before."""
    form = context.request.form
    if CALLBACK in form.fields:
        raise callback_refused()
    file = _required_file(form)
    key = _key(form, file)
    headers = {**form.fields, _CONTENT_TYPE: _content_type(form, file)}
    _check_policy(context, headers, len(file.body))
    redirect = _redirect(context, form)
    require_upload_size(len(file.body), limit=context.services.settings.upload_limit)
    request = PutObjectRequest(
        key=key,
        attributes=attributes_from_headers(headers, key),
        overwrite=may_overwrite(headers),
        body=file.body,
    )
    with context.processing.stage("store"):
        stored = objects.put_object(context.bucket, request, context.caller, context.services)
    described = {**put_headers(stored, context.reply_limit), **encryption_headers(headers)}
    if redirect is None:
        return _answer(context, form, key, described)
    result = {"bucket": context.bucket.name, "key": key, "etag": described["etag"]}
    location = _with_query(redirect, result)
    return Response(status=303, headers={**NO_STORE, "location": location})


def _required_file(form: Form) -> FormFile:
    if form.file is None:
        message = "The form has no field named file."
        raise OssError(Code.MALFORMED_POST_REQUEST, message, ec=EC_FORMAT)
    return form.file


def _key(form: Form, file: FormFile) -> str:
    """Return the object key; the policy limits the field as it was before the file's name."""
    if not form.fields.get(KEY):
        message = (
            "The bucket POST must contain the specified 'key'. "
            "If it is specified, please check the order of the fields: file is the last."
        )
        raise OssError(Code.INVALID_ARGUMENT, message)
    key = form.fields[KEY].replace(FILE_NAME, file.name)
    check_key(key)
    return key


def _content_type(form: Form, file: FormFile) -> str:
    own, other = (form.fields.get(name, "") for name in (_OWN_CONTENT_TYPE, _CONTENT_TYPE))
    return own or file.content_type or other


def _check_policy(context: RequestContext, fields: Mapping[str, str], size: int) -> None:
    """Check the conditions: on the bucket addressed, and on the content type that is stored."""
    if POLICY not in fields:
        return
    policy = read_policy(fields[POLICY])
    now = context.services.clock()
    policy.check({**fields, BUCKET: context.bucket.name}, size, now)


def _redirect(context: RequestContext, form: Form) -> str | None:
    """Return the address to redirect to: of an origin whose pages the CORS rules allow to POST.

    Otherwise a link to the bucket could lead to any site.
    """
    address = form.fields.get(REDIRECT)
    if not address:
        return None
    found = _WEB_ADDRESS.fullmatch(address)
    if not found or not cors.allows_origin(context.bucket, _origin(found[1]), "POST"):
        reason = "The bucket's CORS rules must allow its origin to POST"
        raise invalid(REDIRECT, address, reason)
    return address


def _origin(text: str) -> str:
    """Return scheme and host as browsers write an origin, without the default port."""
    origin = text.lower()
    return origin.removesuffix(_DEFAULT_PORTS[origin.partition(":")[0]])


def _with_query(address: str, added: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    query = f"{parts.query}&{urlencode(added)}" if parts.query else urlencode(added)
    return quote(urlunsplit(parts._replace(query=query)), safe="".join(map(chr, range(33, 127))))


def _answer(context: RequestContext, form: Form, key: str, headers: Mapping[str, str]) -> Response:
    status = _STATUSES.get(form.fields.get(STATUS, ""), _DEFAULT_STATUS)
    if status != 201:
        return Response(status=status, headers=headers)
    fields = {
        "Bucket": context.bucket.name,
        "ETag": headers["etag"],
        "Location": _location(context, key),
        "Key": key,
    }
    return replace(xml_response(element("PostResponse", fields), headers), status=201)


def _location(context: RequestContext, key: str) -> str:
    """Return the address of the object, next to the one that the form was sent to."""
    request = context.request
    folder = request.raw_path.rstrip("/")
    scheme = request.headers.get("x-forwarded-proto", "https")
    host = request.headers.get("host", "")
    return f"{scheme}://{host}{folder}/{quote(key, safe=UNRESERVED_IN_PATHS)}"
