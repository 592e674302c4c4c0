"""The layout of JSON responses, which one vendor SDK compares byte by byte."""

import json

from darkroom.oss_json import dumps


def test_each_member_has_its_line_and_the_brace_follows_the_last() -> None:
    """Spec 01 §6.2: no line feed before the closing brace, none after it."""
    text = dumps({"FileSize": {"value": "3267"}, "Format": {"value": "jpg"}})
    assert text == '{\n    "FileSize": {"value": "3267"},\n    "Format": {"value": "jpg"}}'


def test_numbers_stay_numbers() -> None:
    """The response to saveas contains a number (spec 06 §1)."""
    assert dumps({"fileSize": 3267}) == '{\n    "fileSize": 3267}'


def test_any_text_survives() -> None:
    """A JSON parser returns quotes, line feeds and other scripts unchanged."""
    members = {"object": '图/"a"\n\\.jpg'}
    assert json.loads(dumps(members)) == members
