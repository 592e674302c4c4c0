"""A small corpus of drawn files: every kind of fault that was found in files of any origin.

`make corpus` compares files of a folder in the same way.
"""

import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from tests.drawn_corpus import BOMBS, CROWDED, MARKER, PICTURES, REFUSED, REPORTS
from tests.measure import AVAILABLE, costs
from tests.unit.formats.drawing import processed, quarters, stored
from tools.corpus import PROCESSES, process_bytes
from tools.picture_comparison import CELLS, describe_difference, expected

WARM = ("avif", "heic", "tiff")
"""Formats processed first, so that no measurement includes the import of a plugin."""


@pytest.mark.parametrize("name", PICTURES)
def test_every_process_shows_the_drawn_picture(name: str) -> None:
    """Size and pixels are right, and nothing of the metadata is in a result."""
    file = PICTURES[name]
    for process in PROCESSES:
        outcome = process_bytes(file.data, process)
        assert outcome.body is not None, (process, outcome)
        if process == "info":
            continue
        assert MARKER not in outcome.body, process
        with Image.open(BytesIO(outcome.body)) as result:
            result.load()
            reference = expected(file.picture, process)
            cell = CELLS.get(process, 1)
            difference = describe_difference(result, reference, file.tolerance, cell)
        assert difference is None, (process, difference)


@pytest.mark.parametrize("name", REPORTS)
def test_info_prints_what_the_vendors_reader_prints(name: str) -> None:
    """One member of each report."""
    data, member, expected_text = REPORTS[name]
    assert json.loads(processed(data, "info").body)[member]["value"] == expected_text


@pytest.mark.parametrize("name", REFUSED)
def test_every_process_is_refused_for_the_same_reason(name: str) -> None:
    """A sound file that cannot be decoded is not called damaged, a damaged one not shown."""
    file = REFUSED[name]
    for process in PROCESSES[:-1]:
        with pytest.raises(OssError) as refused:
            processed(file.data, process)
        assert (refused.value.code, refused.value.ec) == (file.code, file.ec), process


@pytest.mark.skipif(not AVAILABLE, reason="needs Linux's /proc to measure memory")
def test_bombs_are_refused_cheaply(tmp_path: Path) -> None:
    """Each takes less than 0.2 s of processor time and 60 MB, for `info` and for pixels."""
    runs = []
    for word in WARM:
        (tmp_path / word).write_bytes(stored(quarters((64, 64)), word))
        runs.append((tmp_path / word, "image/resize,w_10"))
    files = {**BOMBS, **CROWDED}
    for number, data in enumerate(files.values()):
        path = tmp_path / str(number)
        path.write_bytes(data)
        runs += [(path, "image/info"), (path, "image/resize,w_10")]
    found = costs(runs)[len(WARM) :]
    for name, cost in zip([name for name in files for _ in range(2)], found, strict=True):
        refused = cost.outcome in (Code.IMAGE_DAMAGE.wire, Code.IMAGE_TOO_LARGE.wire)
        assert refused == (name in BOMBS), (name, cost)
        assert cost.seconds < 0.2, (name, cost)
        assert cost.peak - cost.before < 60, (name, cost)
