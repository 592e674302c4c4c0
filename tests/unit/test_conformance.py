"""The conformance report: what counts as evidence, and that its declarations resolve."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.observer import ROUTES
from tools.conformance import __main__ as conformance
from tools.conformance.citations import cited, citing_tests
from tools.conformance.declared import CALLS, CHOICES, DIFFERENCES, OWN_CALLS, PICKED
from tools.conformance.page import Evidence, Status, page
from tools.conformance.record import NO_CLIENT, Record, Result, Used, client, outdated
from tools.conformance.reference import Reference

ROOT = Path(__file__).parents[2]
REFERENCE = Reference(ROOT / "docs/reference")
RECORD = Record.read(conformance.RECORD)
TEST = "tests/unit/test_a.py::test_a"


def record(*, parameters: set[str] = frozenset(), **fields: object) -> Record:  # type: ignore[assignment]
    """Return a record of one test, with results and versions of the committed one."""
    used = Used(parameters=frozenset(parameters))
    values = {name: getattr(RECORD, name) for name in Record.__slots__}
    return Record(**{**values, "results": [], "tests": {TEST: used}, **fields})


def statuses(used: str, citing: str, *results: Result) -> tuple[Status, ...]:
    """Return the statuses of a parameter that one test uses, which cites a place."""
    evidence = Evidence(record(parameters={used}, results=results), {TEST: {citing}}, REFERENCE)
    return next(row.statuses for row in evidence.rows if row.name == used)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("spec 02 §1.1–1.3 and C-49, C-50", {"02 §1.1", "02 §1.2", "02 §1.3", "C-49", "C-50"}),
        ("spec 06 T2–T4, §2", {"06 T2", "06 T3", "06 T4", "06 §2"}),
        ("spec 02", {"02"}),
        ("spec 02 §17 and of 06 §2", {"02 §17", "06 §2"}),
        ("nothing", set()),
    ],
)
def test_the_places_that_a_text_cites(text: str, places: set[str]) -> None:
    """Ranges are all of their places; a file counts alone if no section follows."""
    assert cited(text) == places


def test_a_test_cites_what_its_module_cites() -> None:
    """A module's docstring holds for all of its tests."""
    found = citing_tests(ROOT / "tests")
    name = "tests/unit/operations/test_resize.py::test_a_worked_example_has_its_size"
    assert "02 §1" in found[name]


@pytest.mark.parametrize(
    ("used", "citing", "status"),
    [
        ("crop,w", "02 §2", Status.DOCUMENTED),
        ("crop,w", "C-53", Status.DOCUMENTED),
        ("crop,w", "06 T3", Status.DOCUMENTED),
        ("crop,w", "02", Status.DOCUMENTED),
        ("crop,w", "02 §1", Status.NOT_MEASURED),
        ("crop,w", "01 §2", Status.NOT_MEASURED),
        ("crop,w", "C-68", Status.NOT_MEASURED),
        ("crop,g", "02 §2", Status.DIFFERS),
        ("resize,m", "02 §1.2", Status.DOCUMENTED),
        ("bright,", "C-68", Status.PICKED),
        ("format,", "C-105", Status.DOCUMENTED),
        ("elliptical-corners,x", "07 §2", Status.EXTENSION),
        ("info,", "02 §16", Status.DOCUMENTED),
    ],
)
def test_a_status_follows_from_the_cited_place(used: str, citing: str, status: Status) -> None:
    """A test counts for a parameter if it cites a place about the parameter's operation."""
    assert statuses(used, citing) == (status,)


def test_a_compared_result_makes_a_parameter_recorded() -> None:
    """The parameters of its request count, and no other."""
    compared = Result(
        row="06 T3", request="crop,w_100/sharpen,100", service=5, here=5, share=0.0, test=TEST
    )
    assert statuses("crop,w", "02 §2", compared) == (Status.RECORDED,)
    assert statuses("crop,h", "02 §2", compared) == (Status.DOCUMENTED,)
    assert statuses("sharpen,", "02 §11", compared) == (Status.RECORDED, Status.PICKED)


def test_a_test_that_no_longer_exists_does_not_count() -> None:
    """Neither what it used nor what it compared."""
    compared = Result(row="06 T3", request="crop,w_1", service=5, here=5, share=0.0, test=TEST)
    evidence = Evidence(record(parameters={"crop,w"}, results=[compared]), {}, REFERENCE)
    assert {row.statuses for row in evidence.rows} == {(Status.NOT_MEASURED,)}
    assert list(evidence.results) == []


def test_every_choice_is_of_the_reference_and_in_place() -> None:
    """Each mapped parameter is declared; a choice of an operation's section is mapped to it."""
    evidence = Evidence(record(), {}, REFERENCE)
    names = {row.name for row in evidence.rows}
    assert set(CHOICES) | PICKED | set(DIFFERENCES) <= names
    mapped = {choice for choices in CHOICES.values() for choice in choices}
    assert mapped <= set(REFERENCE.choices)
    sections = {REFERENCE.operations[name] for name in REFERENCE.operations}
    of_operations = {
        choice
        for choice, place in REFERENCE.choices.items()
        if re.sub(r"(§\d+[a-z]?).*", r"\1", place) in sections
    }
    # C-42: a key of the legacy syntax, which is ignored; C-185: a word that is ignored as well.
    assert of_operations - mapped <= {"C-42", "C-185"}


def test_a_picked_effect_names_its_choice() -> None:
    """The page shows which choice it is."""
    assert all(CHOICES[name] for name in PICKED)


def test_a_difference_is_in_the_manual() -> None:
    """docs/migrate-from-oss.md has the reference of each known difference."""
    manual = (ROOT / "docs/migrate-from-oss.md").read_text()
    assert [text for text, place in DIFFERENCES.values() if place not in manual] == []


def test_every_route_has_the_name_of_its_call() -> None:
    """Without a name are those that read a bucket's configuration, and our own."""
    unnamed = set(ROUTES) - set(CALLS) - OWN_CALLS
    assert all(re.fullmatch(r"bucket GET \w+", place) for place in unnamed), unnamed
    variants = {place for place in CALLS if place.endswith((" copy", " range"))}
    assert set(CALLS) - variants <= set(ROUTES)
    assert set(ROUTES) >= OWN_CALLS


def test_the_examples_of_the_reference_are_read() -> None:
    """All rows, with the numbers that the service returned."""
    sizes = {each.row: each.size for each in REFERENCE.examples}
    assert len(sizes) == 26
    assert {row: size for row, size in sizes.items() if size} == {
        "T2": 3267,
        "T3": 1969,
        "T4": 20998,
        "T5": 23015,
        "T6": 26355,
        "T7": 160733,
        "T8": 3267,
        "T10": 3267,
        "T11": 3267,
    }


def test_every_recorded_number_is_compared() -> None:
    """Each example with a number of the service has a result here, with the same number."""
    compared = {result.row: result.service for result in RECORD.results}
    for example in REFERENCE.examples:
        if example.size:
            assert compared[f"06 {example.row}"] == example.size
    assert all(abs(result.difference) <= result.share for result in RECORD.results)


def test_a_run_becomes_a_record() -> None:
    """Calls are attributed to clients; programs that are no client of OSS do not count."""
    agent = "aliyun-sdk-python/2.19.1(Linux/6.1/x86_64;3.13.0)"
    seen = [
        ["parameter", "crop,w"],
        ["format", "crop", "jpg", "png"],
        ["call", agent, "V1", "object GET"],
        ["call", "", "V4", "object PUT copy"],
        ["call", "curl/8.5.0", "", "object HEAD"],
    ]
    run = Record.of_run({"skipped": [], "results": [], "tests": {TEST: seen}})
    assert run.clients == {"oss2": "2.19.1"}
    assert run.tests[TEST] == Used(
        parameters=frozenset({"crop,w"}),
        formats=frozenset({("crop", "jpg", "png")}),
        calls=frozenset({("oss2", "V1", "object GET"), (NO_CLIENT, "V4", "object PUT copy")}),
    )


def test_the_plugin_observes_the_tests_that_cite(tmp_path: Path) -> None:
    """It leaves out tests without a citation, and records parameters and formats."""
    citing = ["tests/unit/operations/test_flip.py", "tests/functional/test_etag_spelling.py"]
    chosen = [*citing, "tests/unit/test_benchmark_figures.py"]
    evidence = tmp_path / "evidence.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.evidence.plugin", *chosen]
    environment = {**os.environ, "DARKROOM_TEST_EVIDENCE": str(evidence)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    found = json.loads(evidence.read_text())
    assert found["failed"] == []
    assert {name.partition("::")[0] for name in found["tests"]} == set(citing)
    seen = {tuple(each) for seen in found["tests"].values() for each in seen}
    assert {("parameter", "flip,"), ("format", "flip", "gif (animated)", "gif")} <= seen
    assert "object GET range" in {each[3] for each in seen if each[0] == "call"}


def test_the_record_is_written_as_it_is_read() -> None:
    """The file has a line for each test, and loses nothing."""
    assert RECORD.text() == conformance.RECORD.read_text()


def test_a_client_is_recognized_by_what_it_sends() -> None:
    """Name and version; a client that is not in the list is none."""
    agent = "aliyun-sdk-python/2.19.1(Linux/6.1/x86_64;3.13.0)"
    assert client(TEST, agent) == ("oss2", "2.19.1")
    assert client(TEST, "curl/8.5.0") is None
    assert client(TEST, "") is None
    named = client("tests/functional/clients/test_opendal.py::test_a_range", "")
    assert named == ("Apache OpenDAL", RECORD.versions["opendal"])


def test_another_version_makes_the_record_outdated() -> None:
    """`make lint` fails when a package is pinned to another version than the recorded one."""
    versions = {**RECORD.versions, "pillow": "1.0", "pillow-heif": "2.0"}
    pinned = "pillow==2.0\npillow_heif==2.0\n"
    assert outdated(record(versions=versions), pinned) == ["pillow 1.0, pinned 2.0"]
    without = record(versions={**RECORD.versions, "engine": "none"})
    assert [each.partition(",")[0] for each in outdated(without, "")] == ["engine none"]
    assert outdated(RECORD, (ROOT / "constraints.txt").read_text()) == []


def test_the_page_has_a_row_for_every_parameter() -> None:
    """A parameter that nothing measures says so."""
    text = page(record(), {}, REFERENCE)
    assert "| `resize` `w` | not measured |" in text
    assert "| T2 | image/resize,m_fixed,w_100,h_100 |" in text
    assert re.search(r"^\| 01 §1 \| URL forms \| – \| 0 of [1-9]\d* \|$", text, re.MULTILINE)
