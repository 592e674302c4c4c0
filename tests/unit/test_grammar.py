"""The grammar of a process value (spec 01 §2)."""

import base64
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from darkroom.errors import Code, OssError
from darkroom.imaging.operations import OPERATIONS, canonical_process, compile_operations
from darkroom.process.grammar import MAX_PROCESS_BYTES, Action, Notify, Process, SaveAs, parse

KEY, BUCKET, TOPIC = "dGVzdC5qcGc", "YnVja2V0", "dG9waWM"

ROOT = Path(__file__).parents[2]

WORD = st.text(st.characters(exclude_characters="/,|", codec="utf-8"), min_size=1, max_size=20)
ACTIONS = st.builds(Action, WORD, st.lists(WORD, max_size=4).map(tuple))
SAVES = st.builds(
    SaveAs,
    object=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    bucket=st.none() | st.text("abc-1", min_size=3, max_size=63),
)
NOTIFIES = st.builds(Notify, topic=st.text(min_size=1, max_size=30))
PIPELINES = st.lists(ACTIONS, min_size=1, max_size=5).map(lambda a: {"actions": tuple(a)}) | (
    st.from_regex(r"[A-Za-z0-9_.-]{1,63}", fullmatch=True).map(lambda name: {"style": name})
)
SYSOPS: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {"save": SAVES}, optional={"notify": NOTIFIES}
)
PROCESSES = st.builds(lambda pipeline, sysop: Process(**pipeline, **sysop), PIPELINES, SYSOPS)

PIECES = st.sampled_from(
    [
        *(
            "image/",
            "style/",
            "/",
            ",",
            "|",
            "_",
            "sys/saveas",
            "/notify",
            "o_",
            "b_",
            "topic_",
            KEY,
        ),
        *("resize", "w_100", "rotate", "90", "info", "=", "+", "%7C", "\x00", "\ud800", "٣", " "),
    ]
)
ANY_TEXT = st.text(st.characters()) | st.lists(PIECES, max_size=30).map("".join)


def refusal(value: str) -> OssError:
    """Return the error of parsing and compiling a value."""
    with pytest.raises(OssError) as caught:
        compile_operations(parse(value).actions)
    return caught.value


def outcome(value: str) -> Process | OssError:
    """Parse and compile a value; return the process or the error."""
    try:
        process = parse(value)
        compile_operations(process.actions)
    except OssError as error:
        return error
    return process


PARSED = {
    "image/resize,w_100": Process(actions=(Action("resize", ("w_100",)),)),
    "image/resize,w_100,h_50/rotate,90": Process(
        actions=(Action("resize", ("w_100", "h_50")), Action("rotate", ("90",)))
    ),
    "image/info": Process(actions=(Action("info"),)),
    "image/watermark,text_SGk,,color_ff6a00,": Process(
        actions=(Action("watermark", ("text_SGk", "color_ff6a00")),)
    ),
    "image/watermark,text_SGVsbG8g5Zu+54mH": Process(
        actions=(Action("watermark", ("text_SGVsbG8g5Zu+54mH",)),)
    ),
    "image//resize,w_100": Process(actions=(Action("resize", ("w_100",)),)),
    "image///resize,w_100//": Process(actions=(Action("resize", ("w_100",)),)),
    "image/blur,r_50,s_50|image/resize,h_480": Process(
        actions=(Action("blur", ("r_50", "s_50")), Action("resize", ("h_480",)))
    ),
    "image/|image/rotate,1/|image//info": Process(
        actions=(Action("rotate", ("1",)), Action("info"))
    ),
    f"image/rotate,1|image/rotate,2|image/info|sys/saveas,o_{KEY}": Process(
        actions=(Action("rotate", ("1",)), Action("rotate", ("2",)), Action("info")),
        save=SaveAs(object="test.jpg"),
    ),
    "style/small-1.0_x": Process(style="small-1.0_x"),
    f"image/info|sys/saveas,o_{KEY}": Process(
        actions=(Action("info"),), save=SaveAs(object="test.jpg")
    ),
    f"style/a|sys/saveas,o_{KEY}=,b_{BUCKET}": Process(
        style="a", save=SaveAs(object="test.jpg", bucket="bucket")
    ),
    f"style/a|sys/saveas,b_{BUCKET},o_{KEY}/notify,topic_{TOPIC}": Process(
        style="a", save=SaveAs(object="test.jpg", bucket="bucket"), notify=Notify(topic="topic")
    ),
}


@pytest.mark.parametrize(("value", "process"), PARSED.items(), ids=PARSED)
def test_a_value_is_parsed(value: str, process: Process) -> None:
    """The forms of spec 01 §2.1; the parts after the pipe are parsed, too."""
    assert parse(value) == process


REFUSED = {
    "image/": (Code.INVALID_ARGUMENT, "0040-00000212"),
    "image/slim,1": (Code.INVALID_ARGUMENT, "0040-00000213"),
    "image/Resize,w_100": (Code.INVALID_ARGUMENT, "0040-00000213"),
    "image//": (Code.INVALID_ARGUMENT, "0040-00000212"),
    "image/|image/": (Code.INVALID_ARGUMENT, "0040-00000212"),
    "image/,w_100": (Code.INVALID_ARGUMENT, "0040-00000213"),
    "image/info||image/info": (Code.INVALID_ARGUMENT, None),
    "image/info|Image/info": (Code.INVALID_ARGUMENT, None),
    "style/a|image/info": (Code.INVALID_ARGUMENT, None),
    f"image/rotate,1|sys/saveas,o_{KEY}|image/rotate,1": (Code.INVALID_ARGUMENT, None),
    "image/faces": (Code.NOT_IMPLEMENTED, None),
    "image/resize,w_1/score": (Code.NOT_IMPLEMENTED, None),
    "imm/previewdoc,copy_1": (Code.NOT_IMPLEMENTED, None),
    f"doc/preview,export_1|sys/saveas,o_{KEY}": (Code.NOT_IMPLEMENTED, None),
    "video": (Code.INVALID_ARGUMENT, None),
    "image/rotate,90,200,300": (Code.INVALID_ARGUMENT, "0040-00000203"),
    "image/auto-orient,1,0": (Code.INVALID_ARGUMENT, "0040-00000203"),
    "image/interlace,1,1": (Code.INVALID_ARGUMENT, "0040-00000203"),
    "image/resize,s_700,limit_0/info": (Code.INVALID_ARGUMENT, None),
    "image/info/resize,w_10": (Code.INVALID_ARGUMENT, None),
    "image/info/info": (Code.INVALID_ARGUMENT, None),
    "image": (Code.INVALID_ARGUMENT, None),
    "": (Code.INVALID_ARGUMENT, None),
    "Image/info": (Code.INVALID_ARGUMENT, None),
    "video/convert,f_mp4": (Code.NOT_IMPLEMENTED, None),
    "csv/select": (Code.INVALID_ARGUMENT, None),
    "style/": (Code.INVALID_ARGUMENT, None),
    "style/a/b": (Code.INVALID_ARGUMENT, None),
    "style/@%$": (Code.INVALID_ARGUMENT, None),
    "style/" + "a" * 64: (Code.INVALID_ARGUMENT, None),
    f"image/info|saveas,o_{KEY}": (Code.INVALID_ARGUMENT, None),
    "image/info|sys/other,o_a": (Code.INVALID_ARGUMENT, None),
    f"image/info|sys/saveas,o_{KEY}|sys/saveas,o_{KEY}": (Code.INVALID_ARGUMENT, None),
    f"image/info|sys/saveas,o_{KEY}/other,topic_{TOPIC}": (Code.INVALID_ARGUMENT, None),
    f"image/info|sys/saveas,o_{KEY}/notify,topic_{TOPIC}/notify,topic_{TOPIC}": (
        *(Code.INVALID_ARGUMENT, None),
    ),
    "image/info|sys/saveas": (Code.MISSING_ARGUMENT, None),
    f"image/info|sys/saveas,b_{BUCKET}": (Code.MISSING_ARGUMENT, None),
    f"image/info|sys/saveas,o_{KEY}/notify": (Code.MISSING_ARGUMENT, None),
    "image/info|sys/saveas,o_notbase64": (Code.BAD_REQUEST, None),
    "image/info|": (Code.MISSING_ARGUMENT, None),
}


@pytest.mark.parametrize(
    ("value", "code", "ec"),
    [(value, code, ec) for value, (code, ec) in REFUSED.items()],
    ids=REFUSED,
)
def test_a_value_outside_the_grammar_is_refused(value: str, code: Code, ec: str | None) -> None:
    """Each error has the code of the catalogue, and its EC where one is documented."""
    error = refusal(value)
    assert (error.code, error.ec) == (code, ec)


def test_an_operation_that_is_not_for_post_is_named() -> None:
    """The message of the vendor's SDK: `|saveas` without `sys/` is a common mistake."""
    assert refusal(f"image/info|saveas,o_{KEY}").message == "operation not support post: saveas"


@pytest.mark.parametrize(
    ("value", "product"),
    [
        ("video/snapshot,t_0", "Video processing"),
        ("doc/preview", "Document processing"),
        ("imm/previewdoc", "Intelligent media management"),
        ("image/faces", "intelligent media management"),
        ("image/blindwatermark,content_YQ", "intelligent media management"),
    ],
)
def test_another_product_is_refused_by_name(value: str, product: str) -> None:
    """501, and the message names the product (C-09)."""
    error = refusal(value)
    assert (error.status, error.is_server_error) == (501, False)
    assert product in error.message


@pytest.mark.parametrize(
    ("value", "same"),
    {
        "image/resize,w_9/": "image/resize,w_9",
        "image//resize,w_9//rotate,90": "image/resize,w_9/rotate,90",
        "image/resize,w_9|image/rotate,90": "image/resize,w_9/rotate,90",
        "image/format,webp,x-oss-process=image/info2": None,
        "image/format,webp,x-oss-process=image/rotate,90": "image/format,webp/rotate,90",
        "image/format,jpg,1an": "image/format,jpg",
        "image/auto-orient": "image/auto-orient,1",
        "image/auto-orient,": "image/auto-orient,1",
        "image/interlace/format,jpg": "image/interlace,1/format,jpg",
        "image/resize,m_lfit,w_0,h_170": "image/resize,h_170",
        "image/resize,m_fill,h_0,w_170": "image/resize,m_fill,w_170",
        "image/resize,w_100,h_50,type_6,P_20,l_,_1": None,
        "image/resize,w_100,h_50,type_6,P_20,e_1,_1": "image/resize,w_100,h_50",
        "image/resize,p_40,format,webp": "image/resize,p_40",
    }.items(),
)
def test_a_value_as_it_is_used_equals_the_one_by_the_book(value: str, same: str | None) -> None:
    """The canonical text is the same; None for a value that stays an error."""
    if same is None:
        assert isinstance(outcome(value), OssError)
        return
    texts = [canonical_process(compile_operations(parse(text).actions)) for text in (value, same)]
    assert texts[0] == texts[1]


def test_all_actions_are_checked_before_the_first_runs() -> None:
    """All actions are checked together (C-40)."""
    assert refusal("image/resize,w_100/rotate,400").ec == "0040-00000217"


def test_a_value_may_be_4096_bytes_long() -> None:
    """Length is counted after decoding (C-06), in bytes, not characters."""
    text = "image/resize,w_100,"
    parse(text + "a" * (MAX_PROCESS_BYTES - len(text)))
    parse(text + "图" * ((MAX_PROCESS_BYTES - len(text)) // 3))
    for value in (text + "a" * (MAX_PROCESS_BYTES + 1 - len(text)), text + "图" * 1400):
        error = refusal(value)
        assert (error.code, error.ec) == (Code.INVALID_ARGUMENT, "0017-00000288")


def test_the_number_of_actions_is_not_limited() -> None:
    """A documented example chains nine watermarks (C-07)."""
    assert len(compile_operations(parse("image" + "/rotate,90" * 400).actions)) == 400


def test_every_documented_action_exists() -> None:
    """`OPERATIONS` has every section of spec 02; docs/operations.md has all of `OPERATIONS`."""
    reference = next(ROOT.glob("docs/reference/02*.md")).read_text()
    headings = re.findall(r"^## \d+[a-z]?\. ([a-z, -]+)$", reference, re.MULTILINE)
    documented = set(", ".join(headings).split(", "))
    assert {"resize", "average-hue", "strip"} <= documented <= set(OPERATIONS)
    page = (ROOT / "docs/operations.md").read_text()
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == list(OPERATIONS)


@given(PROCESSES)
def test_a_process_survives_its_text(process: Process) -> None:
    """Parsing and printing are inverses."""
    assert parse(process.text()) == process


@given(ANY_TEXT)
@example("image/resize,w_" + "9" * 4000)
@example("image/info|sys/saveas,o_" + "=" * 4000)
@example("|" * 4096)
def test_no_text_raises_anything_but_a_catalogue_error(value: str) -> None:
    """Any text that is accepted also survives its own text."""
    found = outcome(value)
    if isinstance(found, OssError):
        assert found.status == 400 or found.code is Code.NOT_IMPLEMENTED
    else:
        assert parse(found.text()) == found


@given(st.binary(max_size=40))
def test_no_saved_name_raises_anything_but_a_catalogue_error(name: bytes) -> None:
    """Names that are not UTF-8 are refused; others are returned unchanged."""
    text = base64.urlsafe_b64encode(name).decode()
    found = outcome(f"style/a|sys/saveas,o_{text}")
    if isinstance(found, OssError):
        assert found.code is (Code.BAD_REQUEST if name else Code.MISSING_ARGUMENT)
        assert name.decode(errors="replace").encode() != name or not name
    else:
        assert found.save == SaveAs(object=name.decode())


ADVERSARIES = [
    *("/", ",", "|", "_", "=", "a", "9", "/,", ",_", "a_", "/rotate,90", ",w_1"),
    *("|sys/saveas,o_YQ", "/notify,topic_YQ", "图", "\ud800"),
]


@pytest.mark.parametrize("start", ["image/resize,w_", "style/", "image/info|sys/saveas,o_"])
@pytest.mark.parametrize("unit", ADVERSARIES)
def test_parsing_takes_linear_time(start: str, unit: str) -> None:
    """A text of sixteen times the length takes less than 100 times as long."""
    width = len(unit.encode(errors="surrogatepass"))
    short, long = (start + unit * (size // width) for size in (250, 4000))
    assert _seconds(long) < 100 * max(_seconds(short), 5e-6)


def test_a_value_that_is_too_long_is_refused_quickly() -> None:
    """Its length is checked before it is parsed."""
    assert _seconds("image/" + "a,/|" * 1_000_000) < 0.1


def _seconds(value: str) -> float:
    """Return the fastest of nine measurements, to exclude other load."""
    return min(_measure(value) for _ in range(9))


def _measure(value: str) -> float:
    start = time.thread_time()
    outcome(value)
    return time.thread_time() - start
