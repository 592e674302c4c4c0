"""Matching of requests against CORS rules."""

import pytest

from darkroom.buckets import CorsRule


@pytest.mark.parametrize(
    ("pattern", "origin", "allowed"),
    [
        ("*", "https://a.example", True),
        ("https://a.example", "https://a.example", True),
        ("https://a.example", "https://a.example.evil", False),
        ("https://a.example", "http://a.example", False),
        ("https://*.a.example", "https://b.a.example", True),
        ("https://*.a.example", "https://a.example", False),
        ("https://*.a.example", "https://b.a.example.evil", False),
        ("https://a*a.example", "https://a.example", False),
    ],
)
def test_an_origin_matches_a_pattern_with_one_star(
    pattern: str, origin: str, allowed: bool
) -> None:
    """The star matches any text between the fixed start and end."""
    assert (
        CorsRule(allowed_origins=(pattern,), allowed_methods=("GET",)).allows(origin, "GET")
        is allowed
    )


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        ("GET", (), True),
        ("PUT", (), False),
        ("get", (), False),
        ("GET", ("X-OSS-Date",), True),
        ("GET", ("x-oss-date", "content-type"), True),
        ("GET", ("x-oss-date", "range"), False),
    ],
)
def test_method_and_every_header_must_be_allowed(
    method: str, headers: tuple[str, ...], allowed: bool
) -> None:
    """Methods are case-sensitive, headers are not."""
    rule = CorsRule(
        allowed_origins=("*",),
        allowed_methods=("GET",),
        allowed_headers=("X-Oss-*", "Content-Type"),
    )
    assert rule.allows("https://a.example", method, headers) is allowed
