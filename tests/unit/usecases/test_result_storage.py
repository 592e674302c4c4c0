"""The name of a result: everything that it follows from, and nothing else (decision 011)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from darkroom.buckets import Acl
from darkroom.imaging.operations import compile_operations
from darkroom.ports.objects import ObjectInfo
from darkroom.process.grammar import parse
from darkroom.usecases import result_storage
from darkroom.usecases.result_storage import ResultIdentity

SOURCE = ObjectInfo(
    bucket="demo",
    key="photo.jpg",
    size=5,
    etag="0123456789ABCDEF0123456789ABCDEF",
    last_modified=datetime(2026, 8, 1, tzinfo=UTC),
)


def name(
    *,
    process: str = "resize,w_100",
    marks: dict[str, str] | None = None,
    upright: bool = True,
    **source: Any,
) -> str:
    """Name a result of the source, or of one that differs from it."""
    operations = compile_operations(parse(f"image/{process}").actions)
    return ResultIdentity(
        source=replace(SOURCE, **source),
        operations=operations,
        watermark_etags=marks or {},
        auto_orient=upright,
    ).key()


@pytest.mark.parametrize(
    "difference",
    [
        {"bucket": "other"},
        {"key": "photo.png"},
        {"etag": "F" * 32},
        {"process": "resize,w_101"},
        {"process": "resize,w_100/rotate,90"},
        {"marks": {"logo": "F" * 32}},
        {"upright": False},
    ],
    ids=str,
)
def test_what_makes_another_result_makes_another_name(difference: dict[str, Any]) -> None:
    """Each by itself."""
    assert name(**difference) != name()


def test_another_engine_finds_nothing_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pixels are others."""
    before = name()
    monkeypatch.setattr(result_storage, "ENGINE", "another")
    assert name() != before


@pytest.mark.parametrize(
    "same",
    [
        {"last_modified": datetime(2026, 9, 1, tzinfo=UTC)},
        {"acl": Acl.PRIVATE},
        {"metadata": {"author": "alice"}},
        {"version_id": "v1"},
        {"content_type": "image/jpeg"},
        {"process": "resize,w_100,m_lfit,"},
    ],
    ids=str,
)
def test_what_makes_no_other_result_makes_no_other_name(same: dict[str, Any]) -> None:
    """The headers of an answer are the source's own, whenever it is given."""
    assert name(**same) == name()


def test_marks_count_in_no_order() -> None:
    """They are drawn in that of the process."""
    marks = {"a": "0" * 32, "b": "1" * 32}
    assert name(marks=marks) == name(marks=dict(reversed(marks.items())))


def test_no_key_can_pass_for_something_else() -> None:
    """A key may contain a line break, and whatever else might part the fields."""
    etag, process = SOURCE.etag, "image/resize,w_100"
    odd = f"photo.jpg\n{etag}\n{process}"
    assert name(key=odd, etag="K") != name(marks={"K": ""})
    assert name(marks={"a": "0", "b": "1"}) != name(marks={"a=0\nb": "1"})
