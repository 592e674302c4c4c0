"""Operation names in metrics have few values."""

import pytest

from darkroom.web.access_log import operation_name
from darkroom.web.http import Request


@pytest.mark.parametrize(
    ("method", "query", "kind"),
    [
        ("GET", "", "get"),
        ("HEAD", "", "head"),
        ("BREW", "", "other"),
        ("GET", "x-oss-process=image/resize,w_100/rotate,90", "resize"),
        ("GET", "x-oss-process=image%2Finfo", "info"),
        ("GET", "x-oss-process=style/small", "style"),
        ("GET", "x-oss-process=image/made-up-0815", "other"),
        ("GET", "x-oss-process=resize", "other"),
        ("POST", "x-oss-process", "saveas"),
        ("POST", "x-oss-async-process", "async"),
        ("GET", "x-oss-process=%FF", "other"),
    ],
)
def test_the_operation_name(method: str, query: str, kind: str) -> None:
    """A value that a caller invents is `other`, so it creates no metric."""
    assert operation_name(Request(method=method, raw_path="/demo/a.jpg", raw_query=query)) == kind


@pytest.mark.parametrize(
    ("parameter", "query", "kind"),
    [
        ("image_process", "image_process=resize,w_100/rotate,90", "resize"),
        ("image_process", "image_process=made-up-0815", "other"),
        ("x-tos-process", "x-tos-process=style/small&x-oss-process=image/info", "style"),
        ("x-image-process", "x-image-process=image/imageslim", "other"),
        ("x-oss-process", "image_process=resize,w_100", "get"),
    ],
)
def test_the_operation_name_of_another_parameter(parameter: str, query: str, kind: str) -> None:
    """The action is that of the parameter that counted."""
    request = Request(method="GET", raw_path="/demo/a.jpg", raw_query=query)
    assert operation_name(request, parameter) == kind
