"""Configuration of buckets that consoles and Terraform read: CORS, and what is never set here."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from darkroom.buckets import CorsRule
from darkroom.errors import Code, OssError
from darkroom.web.context import Handler, RequestContext
from darkroom.web.http import Response
from darkroom.web.responses import xml_response
from darkroom.web.xml import element, text_element


def get_cors(context: RequestContext) -> Response:
    """Answer the CORS rules of the bucket's settings."""
    if not context.bucket.cors:
        raise OssError(Code.NO_SUCH_CORS_CONFIGURATION)
    rules = map(_cors_rule, context.bucket.cors)
    vary = text_element("ResponseVary", "true")
    return xml_response(element("CORSConfiguration", {}, *rules, vary))


def _cors_rule(rule: CorsRule) -> Element:
    texts = (
        *(("AllowedOrigin", origin) for origin in rule.allowed_origins),
        *(("AllowedMethod", method) for method in rule.allowed_methods),
        *(("AllowedHeader", header) for header in rule.allowed_headers),
        *(("ExposeHeader", header) for header in rule.expose_headers),
        ("MaxAgeSeconds", str(rule.max_age_seconds)),
    )
    return element("CORSRule", {}, *(text_element(name, text) for name, text in texts))


def _nothing(code: Code) -> Handler:
    def refuse(context: RequestContext) -> Response:
        context.bucket  # noqa: B018 - raises for a missing bucket
        raise OssError(code)

    return refuse


def _unset(build: Callable[[], Element]) -> Handler:
    def answer(context: RequestContext) -> Response:
        context.bucket  # noqa: B018 - raises for a missing bucket
        return xml_response(build())

    return answer


NOT_SET: dict[str, Handler] = {
    "encryption": _nothing(Code.NO_SUCH_ENCRYPTION_RULE),
    "inventory": _nothing(Code.NO_SUCH_INVENTORY),
    "lifecycle": _nothing(Code.NO_SUCH_LIFECYCLE),
    "policy": _nothing(Code.NO_SUCH_BUCKET_POLICY),
    "replication": _nothing(Code.NO_SUCH_REPLICATION),
    "transferAcceleration": _nothing(Code.NO_SUCH_TRANSFER_ACCELERATION),
    "website": _nothing(Code.NO_SUCH_WEBSITE),
    "worm": _nothing(Code.NO_SUCH_WORM),
    "logging": _unset(lambda: element("BucketLoggingStatus")),
    "referer": _unset(
        lambda: element(
            "RefererConfiguration", {"AllowEmptyReferer": "true"}, element("RefererList")
        )
    ),
    "requestPayment": _unset(
        lambda: element("RequestPaymentConfiguration", {"Payer": "BucketOwner"})
    ),
    "tagging": _unset(lambda: element("Tagging", {}, element("TagSet"))),
}
"""Handlers by sub-resource: the answers of the service for a bucket without such configuration."""
