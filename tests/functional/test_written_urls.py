"""Process values as they are written in use: recorded ones, and variants made by the grammar."""

import random
import string
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from local.gateway import Gateway
from local.sandbox import InProcess
from local.server import serving
from tests.conftest import data_folder
from tests.functional.conftest import Get, Reply
from tests.pictures import photographic, stored

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

type Fetch = Callable[[str], Reply]
"""Requests a picture with this query."""

VERDICTS = {
    "answer": (200, None),
    "style": (404, "NoSuchStyle"),
    "refuse": (400, None),
    "elsewhere": (501, "NotImplemented"),
}
"""Status and code by the word in the file of recorded values."""

FACE = "image/crop,g_face,"
"""Recorded as answered, but part of another product: 501 (C-97)."""


@pytest.fixture(scope="module", autouse=True)
def _pictures(s3: "S3Client") -> None:
    """Store a photograph and a small picture."""
    s3.put_object(Bucket="demo", Key="large.jpg", Body=stored(photographic((640, 480)), "JPEG"))
    s3.put_object(Bucket="demo", Key="small.png", Body=stored(photographic((24, 18))))


def recorded_values() -> list[tuple[str, str]]:
    """Return verdicts and values; skip where the file is absent."""
    path = data_folder().parent / "traffic.txt"
    if not path.is_file():
        pytest.skip("needs traffic.txt next to the folder that DARKROOM_TEST_DATA names")
    lines = path.read_text().split("\n")
    pairs = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return [(verdict, value) for verdict, _, value in pairs]


@pytest.fixture(scope="module")
def fetch_over_http(app: ModuleType) -> Iterator[Fetch]:
    """Serve the function and return a function that sends requests to it."""
    gateway = Gateway(invoke=InProcess(handler=app.handler), log=lambda _: None)
    with serving(gateway.answer) as server:

        def fetch(query: str) -> Reply:
            with closing(HTTPConnection("127.0.0.1", server.server_port, timeout=60)) as connection:
                connection.request("GET", f"/demo/large.jpg?{query}")
                response = connection.getresponse()
                headers = {name.lower(): text for name, text in response.getheaders()}
                return Reply(status=response.status, body=response.read(), headers=headers)

        yield fetch


@pytest.fixture(params=["handler", "HTTP"])
def fetch(request: pytest.FixtureRequest, get: Get) -> Fetch:
    """Send requests to the handler, or over HTTP."""
    if request.param == "HTTP":
        over_http: Fetch = request.getfixturevalue("fetch_over_http")
        return over_http
    return lambda query: get("/demo/large.jpg", query)


def test_recorded_values_come_to_their_verdict(fetch: Fetch) -> None:
    """A picture or a report, or the recorded error; a missing watermark has its own error."""
    values = recorded_values()
    assert len(values) > 100
    for verdict, value in values:
        # As in a browser: what is not allowed in a URL is encoded, and nothing else.
        reply = fetch("x-oss-process=" + quote(value, safe="%" + string.punctuation))
        assert outcome_error(verdict, value, reply) is None, value


def outcome_error(verdict: str, value: str, reply: Reply) -> str | None:
    """Return what is wrong with a reply, None where it agrees with the verdict."""
    if value.startswith(FACE):
        verdict = "elsewhere"
    status, code = VERDICTS[verdict]
    if reply.status == 200:
        is_result = reply.headers["content-type"].startswith(("image/", "application/json"))
        return None if status == 200 and is_result else f"answered, but is to {verdict}"
    found = ET.fromstring(reply.body).findtext("Code")
    if status == 200 and "watermark,image_" in value and found == "WatermarkError":
        return None
    agrees = reply.status == status and code in (None, found)
    return None if agrees else f"{reply.status} {found}, but is to {verdict}"


@pytest.mark.parametrize("name", ["X-Oss-Process", "x-oss-Process", "x_oss_process", "process"])
def test_another_name_is_no_process(get: Get, name: str) -> None:
    """Names of parameters are case-sensitive: the object itself is answered, as on the service."""
    plain, reply = get("/demo/small.png"), get("/demo/small.png", f"{name}=image/info")
    assert (reply.status, reply.body) == (200, plain.body)


ACTIONS = (
    ("resize", ("w_12", "h_9", "m_fill", "limit_0")),
    ("resize", ("l_10", "m_lfit")),
    ("crop", ("w_10", "h_8", "g_center")),
    ("indexcrop", ("x_9", "i_1")),
    ("circle", ("r_5",)),
    ("rounded-corners", ("r_3",)),
    ("rotate", ("90",)),
    ("flip", ("1",)),
    ("auto-orient", ("1",)),
    ("interlace", ("0",)),
    ("blur", ("r_2", "s_1")),
    ("bright", ("20",)),
    ("contrast", ("-10",)),
    ("sharpen", ("60",)),
    ("gray", ("1",)),
    ("strip", ()),
    ("format", ("jpg",)),
    ("quality", ("q_80",)),
    ("watermark", ("text_SGk", "size_8", "color_FF0000")),
    ("ignore-error", ("0",)),
)
"""Actions with arguments that are valid on any picture of a few pixels."""

KEYED = frozenset(name for name, arguments in ACTIONS if any("_" in each for each in arguments))


class Variant:
    """A process value in an odd spelling, with its meaning by the grammar."""

    def __init__(self, choose: random.Random) -> None:
        """Draw up to three actions, then change the spelling of some, in the order of `CHANGES`."""
        self.choose = choose
        drawn = [choose.choice(ACTIONS) for _ in range(choose.randint(1, 3))]
        self.canonical = "image/" + "/".join(",".join([name, *given]) for name, given in drawn)
        self.segments = [[name, *given] for name, given in drawn]
        self.refused = False
        self.joints, self.end = ["/"] * len(drawn), ""
        chosen = choose.sample(self.CHANGES, choose.randint(1, 3))
        for change in self.CHANGES:
            if change in chosen:
                change(self)
        joined = "".join(
            joint + ",".join(segment)
            for joint, segment in zip(self.joints, self.segments, strict=True)
        )
        self.query = "x-oss-process=" + self._encoded("image" + joined + self.end)

    def _segment(self) -> list[str]:
        return self.choose.choice(self.segments)

    def shuffle_arguments(self) -> None:
        """Change the order of keyed arguments, which is free."""
        for segment in self.segments:
            if segment[0] in KEYED:
                rest = segment[1:]
                self.choose.shuffle(rest)
                segment[1:] = rest

    def double_commas(self) -> None:
        """Add empty arguments, which are ignored (SDK)."""
        segment = self._segment()
        segment.insert(self.choose.randint(1, len(segment)), "")

    def double_slashes(self) -> None:
        """Add empty segments, which are ignored (C-172)."""
        number = self.choose.randrange(len(self.joints))
        self.joints[number] = "/" * self.choose.randint(2, 3)

    def end_with_a_slash(self) -> None:
        """Add an empty last segment (C-172)."""
        self.end = self.choose.choice(["/", "//"])

    def join_by_pipes(self) -> None:
        """Continue the pipeline with `|image/` (C-173)."""
        for number in range(1, len(self.joints)):
            self.joints[number] = self.choose.choice(["|image/", "/|image//"])

    def add_unknown_keys(self) -> None:
        """Add keys that no action has, which are ignored."""
        for segment in self.segments:
            if segment[0] in KEYED:
                segment.insert(self.choose.randint(1, len(segment)), "unknown_1")

    def repeat_a_key(self) -> None:
        """Write another value first: the last one counts (C-04)."""
        for segment in self.segments:
            if segment[0] == "crop":
                segment.insert(1, "w_3")

    def add_words(self) -> None:
        """Add words without a key among keys (C-05), and values after that of `format` (C-174)."""
        for segment in self.segments:
            if segment[0] in KEYED - {"quality"} or segment[0] == "format":
                segment.append("webp")

    def write_a_name_in_upper_case(self) -> None:
        """Names of actions are case-sensitive."""
        segment = self._segment()
        segment[0] = segment[0].upper()
        self.refused = True

    def write_a_blank(self) -> None:
        """Blanks belong to no name and no value."""
        segment = self._segment()
        segment[0] = self.choose.choice([f" {segment[0]}", f"{segment[0]} "])
        self.refused = True

    def add_a_value(self) -> None:
        """Bare actions other than `format` take one value."""
        segment = self._segment()
        if segment[0] in ("rotate", "flip", "bright", "sharpen", "auto-orient", "interlace"):
            segment.append("1")
            self.refused = True

    def encode_twice(self) -> None:
        """A value is decoded once."""
        self.joints[0] = "%2F"
        self.refused = True

    CHANGES = (
        *(shuffle_arguments, double_commas, double_slashes, end_with_a_slash, join_by_pipes),
        *(add_unknown_keys, repeat_a_key, add_words, write_a_name_in_upper_case, write_a_blank),
        *(add_a_value, encode_twice),
    )

    def _encoded(self, value: str) -> str:
        """Percent-encode the necessary characters, some others, or all, in either case."""
        share = self.choose.choice([0.0, 0.3, 1.0])
        written = []
        for character in value:
            code = quote(character, safe="")
            if character in " %|" or self.choose.random() < share:
                code = code if len(code) == 3 else f"%{ord(character):02X}"
                written.append(code.lower() if self.choose.random() < 0.5 else code)
            else:
                written.append(character)
        return "".join(written)


def test_variants_mean_what_the_grammar_says(get: Get) -> None:
    """The reply equals that of the canonical value, or is a 400 (C-04, C-05, C-172 – C-174)."""
    choose, refused = random.Random(13), 0
    for number in range(500):
        variant = Variant(choose)
        reply = get("/demo/small.png", variant.query)
        refused += variant.refused
        if variant.refused:
            assert reply.status == 400, (number, variant.query)
            continue
        expected = get("/demo/small.png", f"x-oss-process={variant.canonical}")
        assert (reply.status, expected.status) == (200, 200), (number, variant.query, reply.body)
        assert reply.body == expected.body, (number, variant.query, variant.canonical)
    assert 100 < refused < 400
