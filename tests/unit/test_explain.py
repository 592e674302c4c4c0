"""`python -m darkroom explain`: what a process means, in a terminal and as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.__main__ import main
from darkroom.cli.explain import explain, process_value, source_header
from darkroom.cli.explanation_text import as_json, as_text
from darkroom.errors import OssError
from darkroom.imaging.operations import OPERATIONS, canonical_process, compile_operations
from darkroom.process.grammar import parse
from darkroom.process.parameters import declared_parameters
from tests.declarations import minimal_arguments

PACKAGE = Path(__file__).parents[2] / "layers/darkroom"


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run the command; return the exit status and what it prints."""
    status = main(["explain", *arguments])
    captured = capsys.readouterr()
    assert not captured.err
    return status, captured.out


def as_members(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Run the command for JSON."""
    members: dict[str, Any] = json.loads(explained(capsys, *arguments, "--json")[1])
    return members


def test_the_text_for_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Canonical text, what is ignored, parameters with range and default, size and result."""
    monkeypatch.setenv("COLUMNS", "72")
    status, text = explained(
        *(capsys, "image//rotate,90/quality,q_80,,x_1/format,webp/", "--source", "400x300")
    )
    assert status == 0
    assert (
        text
        == """\
canonical  image/rotate,90/quality,q_80/format,webp
ignored    2 empty segments
           1 empty argument
source     400×300, jpg

1. rotate,90
   Rotate clockwise by whole degrees; the canvas grows to hold the
     corners.
 * 90: integer 0…360 (required). Angle in degrees, clockwise.
   size: 300×400

2. quality,q_80,x_1
   Set the encoder quality of a JPG, WebP, HEIC or AVIF result; other
     formats ignore it.
 * q_80: integer 1…100 (default none). Relative quality: percentage of
     the source's quality.
   Q –: integer 1…100 (default none). Absolute quality, limited to the
     source's; takes precedence over q.
   –: integer 1…100 (default none). The same as Q.
   ignored: x_1: quality has no x

3. format,webp
   Save the result in another format; `gif` has an effect only on GIF
     sources.
 * webp: `jpg`, `png`, `webp`, `bmp`, `gif`, `tiff`, `heic`, `avif`,
     `src`, `auto` (required). Format of the result; `src` keeps the
     source's format, as `gif` does for another source; `auto` is the
     best format that the client accepts.

result     300×400, webp, quality 80
"""
    )


def test_the_json_has_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers are numbers, what is absent is null, and text is ASCII."""
    members = as_members(
        capsys, "image/watermark,text_5Zu-,t_50/resize,w_40", "--source", "80x60", "--format", "png"
    )
    assert members["canonical"] == "image/watermark,text_5Zu-,t_50/resize,w_40"
    assert members["source"] == {"size": [80, 60], "format": "png", "frames": 1}
    mark, resize = members["actions"]
    assert (mark["size"], resize["size"]) == ([80, 60], [40, 30])
    parameters = {each["key"]: each for each in mark["parameters"]}
    assert parameters["text"] == {
        "key": "text",
        "written": True,
        "value": "5Zu-",
        "decoded": "图",
        "range": "base64url text, 1…64 bytes",
        "default": None,
        "required": False,
        "meaning": "Text to draw, at most 64 bytes of UTF-8.",
    }
    assert (parameters["t"]["value"], parameters["t"]["default"]) == ("50", "100")
    assert (parameters["g"]["value"], parameters["g"]["written"]) == ("se", False)
    result = {"accepts": None, "size": [40, 30], "format": "png", "frames": 1, "quality": None}
    assert members["results"] == [result]
    assert members["failures"] == []


IGNORED = {
    "image/resize,w_9,type_6,_1,webp": [
        *("type_6: resize has no type", "_1: it has no key", "webp: it has no key")
    ],
    "image/resize,w_5,w_9": ["w_5: a later value replaces it"],
    "image/resize,w_0,h_9,l_3,s_4,p_5": [
        "w_0: counts as absent",
        *(f"{each}: w and h take precedence" for each in ("l_3", "s_4", "p_5")),
    ],
    "image/resize,l_9,p_5": ["p_5: l and s take precedence"],
    "image/quality,q_80,Q_90,70": ["q_80: Q takes precedence", "70: Q takes precedence"],
    "image/indexcrop,x_3,y_4": ["x_3: y takes precedence"],
    "image/watermark,text_SGk,fill_1,g_nw": ["g_nw: fill_1 tiles the whole picture"],
    "image/format,webp,1an": ["1an: format takes one value"],
    "image/strip,1": ["1: strip takes no values"],
    "image/resize,w_9": [],
}


@pytest.mark.parametrize(("value", "ignored"), IGNORED.items(), ids=IGNORED)
def test_what_an_action_ignores_is_listed_with_the_reason(value: str, ignored: list[str]) -> None:
    """The values are accepted, and have no effect."""
    (action,) = explain(value).actions
    assert sorted(action.ignored) == sorted(ignored)


def test_an_output_option_that_is_replaced_is_ignored() -> None:
    """The last one counts (C-03); pixel operations all run."""
    first, second, third, fourth = explain(
        "image/format,png/resize,w_9/format,webp/resize,w_8"
    ).actions
    assert first.ignored == ["the whole action: a later format replaces it"]
    assert not second.ignored
    assert not third.ignored
    assert not fourth.ignored


def test_every_failure_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The service answers the first one; exit status 2."""
    value = "image/resize,w_0/rotate,90/slim,1/crop,g_face"
    status, text = explained(capsys, value)
    assert status == 2
    assert "fails      action 1: 400 InvalidArgument, EC 0040-00000312" in text
    failures = explain(value).failures
    assert [(each.action, each.code, each.status) for each in failures] == [
        (1, "InvalidArgument", 400),
        (3, "InvalidArgument", 400),
        (4, "NotImplemented", 501),
    ]
    with pytest.raises(OssError) as caught:
        compile_operations(parse(value).actions)
    assert failures[0].message == caught.value.message
    (parameter,) = [each for each in explain(value).actions[0].parameters if each.key == "w"]
    assert (parameter.value, parameter.written) == ("0", True)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "InvalidArgument"),
        ("image/", "InvalidArgument"),
        ("resize,w_9", "InvalidArgument"),
        ("video/snapshot,t_1", "NotImplemented"),
        ("image/info/info", "InvalidArgument"),
        ("style/a b", "InvalidArgument"),
        ("image/rotate,90|saveas,o_YQ", "InvalidArgument"),
        ("image/" + "rotate,90/" * 500, "InvalidArgument"),
    ],
)
def test_a_failure_of_the_whole_value_has_no_action(value: str, code: str) -> None:
    """Grammar, length, and rules about several actions."""
    (failure,) = explain(value[:5000]).failures
    assert (failure.action, failure.code) == (None, code)


FAILS_FOR_SIZE = [
    ("image/resize,w_200/crop,x_200", "400x300", 2, "BadRequest"),
    ("image/rotate,90", "5000x100", 1, "BadRequest"),
    ("image/rotate,0/resize,m_fixed,w_9999,h_9999,limit_0", "400x300", 2, "ImageTooLarge"),
    ("image/resize,w_9", "30001x1", None, "ImageTooLarge"),
    ("image/format,avif", "4097x1", None, "ImageTooLarge"),
]


@pytest.mark.parametrize(("value", "size", "action", "code"), FAILS_FOR_SIZE, ids=str)
def test_a_failure_for_the_size_of_the_source(
    capsys: pytest.CaptureFixture[str], value: str, size: str, action: int | None, code: str
) -> None:
    """The action at which it happens, after the sizes of those before."""
    status, _ = explained(capsys, value, "--source", size)
    members = as_members(capsys, value, "--source", size)
    (failure,) = members["failures"]
    assert (status, failure["action"], failure["code"]) == (2, action, code)
    assert not members["results"]
    if action == 2:
        assert members["actions"][0]["size"] is not None


def test_format_auto_has_a_result_for_each_kind_of_client(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Over 1 megapixel there is no AVIF."""
    for size, formats in (
        ("800x600", ["jpg", "webp", "avif"]),
        ("1200x900", ["jpg", "webp", "webp"]),
    ):
        members = as_members(capsys, "image/format,auto", "--source", size)
        assert [each["format"] for each in members["results"]] == formats
        assert [each["accepts"] for each in members["results"]] == ["none", "webp", "avif"]
    _, text = explained(capsys, "image/format,auto", "--source", "80x60")
    assert "avif, quality 60 for clients that accept avif" in text


def test_an_animation_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Frames of the result, if every action keeps them."""
    source = ("--source", "80x60", "--format", "gif", "--frames", "5")
    for value, frames in (("image/resize,w_40", 5), ("image/rotate,90", 1)):
        (result,) = as_members(capsys, value, *source)["results"]
        assert result["frames"] == frames
    assert "5 frames" in explained(capsys, "image/resize,w_40", *source)[1]


@pytest.mark.parametrize(
    "text",
    [
        "image%2Fresize%2Cw_9",
        "x-oss-process=image/resize,w_9",
        "https://a.example/b.jpg?x-oss-process=image%2fresize,w_9&v=1#top",
    ],
)
def test_a_value_may_be_copied_from_a_url(text: str) -> None:
    """Percent-encoded or not; it is decoded once."""
    assert process_value(text) == "image/resize,w_9"
    assert process_value("image%252Fresize") == "image%2Fresize"
    assert process_value("image/watermark,text_Zu+5") == "image/watermark,text_Zu+5"


def test_a_saveas_and_a_style_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the result is stored; a style's content is not known."""
    _, text = explained(capsys, "image/rotate,90|sys/saveas,o_YS5qcGc,b_YnVja2V0")
    assert "stored as  bucket/a.jpg\n" in text
    status, text = explained(capsys, "style/small")
    assert (status, "Explain the style's content" in text) == (0, True)


def test_an_ignored_error_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The stored object is answered, and the exit status is still 2."""
    status, text = explained(capsys, "image/slim/ignore-error,1")
    assert status == 2
    assert "answer     the stored object" in text
    assert not explain("image/slim/ignore-error,1|sys/saveas,o_YQ").errors_ignored


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_explained(name: str) -> None:
    """Each parameter of the declaration, with range and default."""
    operation = OPERATIONS[name]
    value = ",".join([f"image/{name}", *minimal_arguments(operation)])
    explanation = explain(value, source_header((80, 60), "jpg", 1))
    (action,) = explanation.actions
    declared = declared_parameters(operation).values()
    assert [each.key for each in action.parameters] == [each.key for each in declared]
    for shown, each in zip(action.parameters, declared, strict=True):
        assert (shown.range, shown.meaning) == (each.kind.expected(), each.doc)
        default = None if each.required or each.default is None else each.kind.text(each.default)
        assert (shown.default, shown.required) == (default, each.required)


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            [
                *OPERATIONS,
                "image/",
                "/",
                ",",
                "|",
                "w_",
                "9",
                "%",
                "\x1b[2J",
                "\ud800",
                "sys/saveas,o_",
                "style/",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_no_text_raises_anything_but_a_catalogue_error(text: str) -> None:
    """Failures agree with the service's; every output can be written, without control codes."""
    try:
        value = process_value(text)
    except OssError:
        return
    explanation = explain(value, source_header((80, 60), "jpg", 1))
    shown = as_text(explanation, 80)
    assert all(each.isprintable() for each in shown.replace("\n", ""))
    shown.encode()
    assert json.loads(as_json(explanation))["value"] == value
    messages = [failure.message for failure in explanation.failures[:1]]
    assert (explanation.canonical, messages) == service_outcome(value)


def service_outcome(value: str) -> tuple[str | None, list[str]]:
    """Return the canonical text, or the message of the error, by parser and compiler."""
    try:
        process = parse(value)
        if process.style is not None:
            return process.text(), []
        return canonical_process(compile_operations(process.actions)), []
    except OssError as error:
        return None, [error.message]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["image/info", "--source", "10"],
        ["image/info", "--source", "0x5"],
        ["image/info", "--source", "axb"],
        ["image/info", "--source", "10x" + "9" * 5000],
        ["image/info", "--frames", "0"],
        ["image/info", "in.jpg"],
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_an_invalid_command_line_exits_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """The usage is printed."""
    with pytest.raises(SystemExit) as exited:
        main(["explain", *arguments])
    assert exited.value.code == 2
    assert "usage: python -m darkroom explain" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["image/%ff"], "Value must be UTF-8"),
        (["image/\udcff"], "Value must be UTF-8"),
        (["image/info", "--source", "1x1", "--format", "psd"], "Value must be one of jpg"),
        (["image/info", "--source", "1x1", "--frames", "2"], "A jpg picture has one frame."),
    ],
    ids=lambda value: "" if isinstance(value, str) else ascii(value[0]),
)
def test_invalid_input_is_an_error_on_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """On the standard error, with exit status 2."""
    assert main(["explain", *arguments]) == 2
    captured = capsys.readouterr()
    assert not captured.out
    assert message in captured.err
    assert captured.err.count("\n") == 1


def test_the_command_runs_in_any_locale() -> None:
    """Also where the terminal's encoding lacks a character: no traceback."""
    for encoding in ("utf-8", "ascii"):
        finished = subprocess.run(
            [sys.executable, "-m", "darkroom", "explain", "image/resize,w_9", "--source", "80x60"],
            cwd=PACKAGE,
            env={**os.environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        )
        assert (finished.returncode, finished.stderr) == (0, b"")
        assert b"9" in finished.stdout
