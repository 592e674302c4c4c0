"""The cache key of a result contains everything that the result depends on (decision 011)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

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


def result_key(
    *,
    process: str = "resize,w_100",
    marks: dict[str, str] | None = None,
    upright: bool = True,
    **source: Any,
) -> str:
    """Return the key of a result of `SOURCE`, with these differences."""
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
def test_every_input_of_a_result_changes_its_key(difference: dict[str, Any]) -> None:
    """Each difference alone changes the key."""
    assert result_key(**difference) != result_key()


def test_another_engine_version_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another engine version may produce other pixels."""
    before = result_key()
    monkeypatch.setattr(result_storage, "ENGINE", "another")
    assert result_key() != before


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
def test_other_attributes_do_not_change_the_key(same: dict[str, Any]) -> None:
    """Headers, ACL and spelling do not change the pixels."""
    assert result_key(**same) == result_key()


def test_the_key_does_not_depend_on_the_order_of_watermarks() -> None:
    """The process determines the order in which they are drawn."""
    marks = {"a": "0" * 32, "b": "1" * 32}
    assert result_key(marks=marks) == result_key(marks=dict(reversed(marks.items())))


def test_separators_in_object_keys_cause_no_collision() -> None:
    """An object key may contain line breaks and equals signs."""
    etag, process = SOURCE.etag, "image/resize,w_100"
    odd = f"photo.jpg\n{etag}\n{process}"
    assert result_key(key=odd, etag="K") != result_key(marks={"K": ""})
    assert result_key(marks={"a": "0", "b": "1"}) != result_key(marks={"a=0\nb": "1"})
