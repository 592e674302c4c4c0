"""The parameters that version 1 covers (spec 01 §5.1)."""

import oss2
import pytest

from darkroom.auth.v1 import SUBRESOURCES, is_subresource


def test_the_list_contains_all_subresources_of_oss2() -> None:
    """A sub-resource that is missing here would make every signature with it a mismatch."""
    assert oss2.auth.ProviderAuth._subresource_key_set <= SUBRESOURCES


@pytest.mark.parametrize("name", ["style", "styleName", "x-oss-process", "x-oss-anything"])
def test_listed_names_and_the_prefix_are_covered(name: str) -> None:
    """Every `x-oss-*` parameter is signed, known or not."""
    assert is_subresource(name)


@pytest.mark.parametrize("name", ["category", "stylename", "X-OSS-PROCESS", "prefix", ""])
def test_other_names_are_not_covered(name: str) -> None:
    """Names are case-sensitive; `category` of PutStyle is no sub-resource."""
    assert not is_subresource(name)
