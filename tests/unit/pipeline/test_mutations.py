"""Files whose structure is mutated give the right picture or a refusal, within bounds.

`make fuzz-pictures` tries more of them.
"""

import struct
import sys
from pathlib import Path
from random import Random

import pytest

from darkroom.errors import OssError
from darkroom.imaging.formats import detect, probe
from tests.fuzz_pictures import NATIVE, Survey, check_file, main
from tests.fuzz_seeds import seeds
from tests.measure import AVAILABLE
from tests.mutations import mutated
from tools.corpus import Bounds

# Pillow warns about damage that it can still read.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

FILES = seeds()
NUMBER = 40
"""Mutations of each file."""


def test_mutated_files_have_no_fault(tmp_path: Path) -> None:
    """No server error, crash or wrong size, at most 5 s of processor time and 500 MB."""
    survey = Survey(files=FILES, seed=1, folder=tmp_path)
    survey.check(1000)
    assert not survey.faults
    assert survey.checked == 1000


@pytest.mark.parametrize("name", FILES)
def test_seeds_are_sound(name: str) -> None:
    """A seed that is refused would only test the refusal."""
    assert probe(FILES[name]).size[0] > 1


def test_a_mutation_is_repeatable() -> None:
    """The generator alone determines it."""
    for data in FILES.values():
        assert mutated(data, Random(7)) == mutated(data, Random(7))
        assert len({mutated(data, Random(number)) for number in range(20)}) > 10


@pytest.mark.parametrize("suffix", [".tiff", ".avif", ".heic", ".png", ".jpg", ".webp"])
def test_many_mutations_reach_the_decoder(suffix: str) -> None:
    """Of structures that are written soundly, the header of at least a third is accepted."""
    accepted, count = 0, 0
    for name, data in FILES.items():
        if name.endswith(suffix):
            for number in range(NUMBER):
                count += 1
                try:
                    probe(mutated(data, Random(number)))
                except OssError:
                    continue
                accepted += 1
    assert accepted > count / 3


def test_directories_of_tiff_are_mutated_in_both_layouts() -> None:
    """Each kind of entry is changed, and the format stays recognisable."""
    for name in (
        "strips <classic.tiff",
        "strips >classic.tiff",
        "strips <big.tiff",
        "strips >big.tiff",
    ):
        data = FILES[name]
        order, code, at = ("<" if "<" in name else ">", *(("Q", 8) if "big" in name else ("L", 4)))
        moved = 0
        for number in range(NUMBER):
            other = mutated(data, Random(number))
            if len(other) < len(data) or other[:4] != data[:4]:
                continue
            assert detect(other).name == "tiff"
            moved += struct.unpack_from(order + code, other, at)[0] >= len(data)
        assert moved > NUMBER / 2, name


@pytest.mark.skipif(not AVAILABLE, reason="needs Linux's /proc to measure memory")
def test_bounds_are_of_each_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Time and memory over a bound are faults, whose files are written."""
    texts = [
        finding.text
        for finding in check_file(
            FILES["colour.png"], "average-hue", Bounds(cpu=-1, memory=sys.maxsize)
        )
    ]
    alone = [text for text in texts if not text.startswith("with the engine: ")]
    assert alone == ["0 s of processor time"] * 4
    assert len(texts) == (4 if NATIVE.engine is None else 7)
    survey = Survey(files=FILES, seed=1, folder=tmp_path, bounds=Bounds(memory=1, wall=600.0))
    survey.check(2)
    assert survey.faults
    assert all(kind.endswith("MB") for kind in survey.faults)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"1-0", "1-1"}
    assert f"-> {tmp_path}/1-0" in capsys.readouterr().out


def test_a_batch_out_of_time_is_a_fault(tmp_path: Path) -> None:
    """The mutation at which it stopped is written, and the next batch continues after it."""
    survey = Survey(files=FILES, seed=1, folder=tmp_path, bounds=Bounds(wall=0.0))
    survey.check(5)
    assert list(survey.faults) == ["not finished in time"]
    assert survey.checked == 1


def test_the_command_takes_further_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last line counts the mutations and files."""
    (tmp_path / "text").write_text("no picture")
    assert main(["--seconds", "0.01", "--corpus", str(tmp_path)]) == 0
    assert f"of {len(FILES) + 1} files, 0 kinds of fault" in capsys.readouterr().out
