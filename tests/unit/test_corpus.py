"""`tools/corpus.py`: each kind of fault is listed, and no file ends the survey."""

import os
import signal
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from darkroom.errors import Code, OssError
from tests.pictures import photographic, stored
from tools.child_process import TIMED_OUT, collect, preload
from tools.corpus import (
    PROCESSES,
    Answer,
    Bounds,
    Outcome,
    Survey,
    Verdict,
    describe_error,
    excesses,
    main,
    process_bytes,
    process_file,
)
from tools.picture_comparison import describe_difference, expected, printable, shortened
from tools.picture_readers import ImageMagick, Reading, find_readers

SIZE = (150, 90)

ORIENTATION = 0x0112

SECONDS = 60.0
"""Far more than a child process takes here."""


def read_with_pillow(path: Path) -> Reading:
    """Read a file, also one without its end."""
    with Image.open(path) as image:
        return Reading(image=image.convert("RGB"))


def read_grey(path: Path) -> Reading:
    """Return a grey picture of the file's size."""
    with Image.open(path) as image:
        return Reading(image=Image.new("RGB", image.size, (128, 128, 128)))


def read_turned(path: Path) -> Reading:
    """Return the picture turned by a quarter."""
    with Image.open(path) as image:
        return Reading(image=image.convert("RGB").transpose(Image.Transpose.ROTATE_90))


def read_anything(_path: Path) -> Reading:
    """Return a picture for any file, with a warning."""
    return Reading(image=Image.new("RGB", SIZE), warning="premature end")


def fail_to_read(_path: Path) -> Reading:
    """End the process, as a crash in C does."""
    os._exit(3)


READERS = {"pillow": read_with_pillow}


@pytest.fixture(autouse=True, scope="module")
def preloaded() -> None:
    """Import this module once for all child processes."""
    preload(__name__)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a picture, half of one, and a text in a subfolder."""
    whole = stored(photographic(SIZE), "PNG")
    (tmp_path / "whole.png").write_bytes(whole)
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/notes.txt").write_text("No picture.")
    return tmp_path


def judge(path: Path, survey: Survey) -> Verdict:
    """Judge a file under its own name."""
    return survey.judge(path, path.name)


def test_a_picture_that_both_read_alike_is_in_no_list(folder: Path) -> None:
    """All five pictures are compared: within the tolerance, nothing is listed."""
    verdict = judge(folder / "whole.png", Survey(readers=READERS))
    assert verdict == Verdict(name="whole.png", is_processed=True, is_read=True)


def test_other_pixels_are_listed_with_the_reader(folder: Path) -> None:
    """A file that every reader shows differently is one line for each reader."""
    verdict = judge(folder / "whole.png", Survey(readers={"grey": read_grey}))
    (line,) = verdict.different
    assert line.startswith("every picture: ")
    assert line.endswith(" levels [grey 150x90]")


def test_another_size_is_listed_with_both_sizes(folder: Path) -> None:
    """The sizes after orientation are compared before the pixels."""
    verdict = judge(folder / "whole.png", Survey(readers={"turned": read_turned}))
    (line,) = verdict.different
    assert line == "every picture: size 150x90, not 90x150 [turned 90x150]"


def test_a_difference_from_one_of_two_readers_is_disputed(folder: Path) -> None:
    """A file is no fault of the pipeline's alone where another reader agrees with it."""
    verdict = judge(folder / "whole.png", Survey(readers={**READERS, "grey": read_grey}))
    assert not verdict.different
    (line,) = verdict.disputed
    assert line.endswith("[grey 150x90]")


def test_the_tolerance_is_in_levels(folder: Path) -> None:
    """A mean difference up to the tolerance is none."""
    survey = Survey(readers={"grey": read_grey}, tolerance=255.0)
    assert not judge(folder / "whole.png", survey).different


def test_a_refused_file_is_listed_if_another_reader_reads_it(folder: Path) -> None:
    """The line has code, message, processes and the reader with its warning."""
    verdict = judge(folder / "half.png", Survey(readers={"lenient": read_anything}))
    (line,) = verdict.refused
    assert line.startswith("ImageDamage: ")
    assert "format,png" in line
    assert line.endswith("lenient 150x90 (premature end)]")
    assert not verdict.is_processed


def test_a_file_that_nothing_reads_is_in_no_list(folder: Path) -> None:
    """A refusal of a text is right."""
    verdict = judge(folder / "texts/notes.txt", Survey(readers=READERS))
    assert verdict == Verdict(name="notes.txt")


def test_a_crash_of_a_reader_is_no_fault_of_the_file(folder: Path) -> None:
    """A reader that ends its process is one that cannot read the file."""
    verdict = judge(folder / "whole.png", Survey(readers={"crash": fail_to_read}))
    assert verdict == Verdict(name="whole.png", is_processed=True)


def test_a_picture_that_is_not_finished_in_time_is_listed(tmp_path: Path) -> None:
    """The process that ran at the end of the time is named."""
    path = tmp_path / "noise.png"
    path.write_bytes(stored(Image.effect_noise((1500, 1500), 90.0), "PNG"))
    verdict = judge(path, Survey(bounds=Bounds(wall=0.01)))
    assert verdict.expensive == [f"{PROCESSES[0]}: {TIMED_OUT}"]
    assert not verdict.failed


def test_processor_time_over_the_bound_is_listed(tmp_path: Path) -> None:
    """Each process has its own time."""
    path = tmp_path / "noise.png"
    path.write_bytes(stored(Image.effect_noise((500, 500), 90.0), "PNG"))
    verdict = judge(path, Survey(bounds=Bounds(cpu=0.0)))
    assert verdict.expensive[0].startswith(f"{PROCESSES[0]}: ")
    assert " s CPU, peak " in verdict.expensive[0]


def test_memory_is_listed_for_the_process_that_exceeds_the_bound_first() -> None:
    """The peak of a child process never falls: the processes after it are not to blame."""
    peaks = (100, 600, 600, 700, 700, 700)
    answers = [
        Answer(process=process, outcome=Outcome(body=b""), cpu=0.0, peak=peak * 1_000_000)
        for process, peak in zip(PROCESSES, peaks, strict=True)
    ]
    failed, expensive = excesses(answers, None, Bounds(memory=500_000_000))
    assert not failed
    assert expensive == [f"{PROCESSES[1]}: 0.0 s CPU, peak 600 MB"]


def test_the_peak_of_a_child_process_grows_with_the_picture(tmp_path: Path) -> None:
    """The peak is in bytes: a picture of 12 megapixels takes at least its pixels more."""
    peaks = []
    for side in (10, 3500):
        path = tmp_path / f"{side}.png"
        path.write_bytes(stored(Image.new("RGB", (side, side)), "PNG"))
        answers, _ending = collect(process_file, path, seconds=SECONDS)
        peaks.append(answers[0].peak)
    assert peaks[1] - peaks[0] > 3500 * 3500 * 3


def end_by_signal(_path: Path) -> Iterator[Answer]:
    """Answer once, then end as after a memory fault."""
    yield Answer(process=PROCESSES[0], outcome=Outcome(body=b""), cpu=0.0, peak=0)
    os.kill(os.getpid(), signal.SIGSEGV)


def fail_inside(_path: Path) -> Iterator[Answer]:
    """Answer with a failure."""
    yield Answer(process=PROCESSES[0], outcome=Outcome(failure="KeyError: 1"), cpu=0.0, peak=0)


def sleep(seconds: float) -> Iterator[int]:
    """Yield once after a pause."""
    time.sleep(seconds)
    yield 1


def test_a_crash_is_listed_with_its_process(folder: Path) -> None:
    """The first process without an answer is the one that crashed."""
    verdict = judge(folder / "whole.png", Survey(process=end_by_signal))
    assert verdict.failed == [f"{PROCESSES[1]}: ended by SIGSEGV"]


def test_an_exception_is_listed(folder: Path) -> None:
    """The line has the process and the exception."""
    verdict = judge(folder / "whole.png", Survey(process=fail_inside))
    assert verdict.failed == [f"{PROCESSES[0]}: KeyError: 1"]


def test_a_file_that_cannot_be_opened_is_listed(folder: Path) -> None:
    """It ends its own child process alone."""
    verdict = judge(folder / "absent.png", Survey(readers=READERS))
    assert verdict.failed[0].startswith(f"{PROCESSES[0]}: FileNotFoundError: ")


def test_only_errors_of_the_caller_are_refusals() -> None:
    """A server error and any other exception are failures."""
    refused = describe_error(OssError(Code.IMAGE_DAMAGE))
    assert refused == Outcome(refusal="ImageDamage: The image file may be damaged.")
    assert (describe_error(OssError(Code.INTERNAL_ERROR)).failure or "").startswith("InternalError")
    assert describe_error(ValueError("odd")) == Outcome(failure="ValueError: odd")
    assert (process_bytes(cast("bytes", None), "info").failure or "").startswith("TypeError")


def test_endless_work_is_killed_at_the_time_limit() -> None:
    """The caller waits for the limit, not for the end of the work."""
    began = time.monotonic()
    assert collect(sleep, 600.0, seconds=0.5)[1] == TIMED_OUT
    assert time.monotonic() - began < 300


def test_transparent_pixels_are_compared_on_white() -> None:
    """The colour under alpha 0 does not count."""
    clear = Image.new("RGBA", (200, 100), (255, 0, 0, 0))
    assert describe_difference(clear, Image.new("RGB", (200, 100), "white"), 0.0) is None
    assert describe_difference(clear, Image.new("RGB", (200, 100), "black"), 254.0)


def test_expected_pictures_have_the_sizes_of_the_pipeline() -> None:
    """Odd sizes, and those smaller than the process asks for."""
    for size in ((333, 77), (40, 30), (1000, 3), (65, 64), (7, 200)):
        image = photographic(size)
        for process in PROCESSES[:-1]:
            body = process_bytes(stored(image, "PNG"), process).body
            assert body is not None, (size, process)
            path = expected(image, process)
            assert describe_difference(_opened(body), path, 6.0, 16) is None, (size, process)


def _opened(body: bytes) -> Image.Image:
    return Image.open(BytesIO(body))


def test_the_report_has_all_lists_and_counts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Differences and refusals alone are exit status 0."""
    assert main([str(folder)], readers={"lenient": read_anything}) == 0
    output = capsys.readouterr()
    assert output.out.startswith("Independent readers: lenient\n")
    assert "half.png: ImageDamage: " in output.out
    assert "texts/notes.txt: " in output.out
    assert output.out.endswith(
        "3 files: 0 alike, 1 different, 0 disputed, 2 refused but read elsewhere, 0 failed, "
        "0 over a bound; 0 read here alone, 0 nowhere\n"
    )
    assert not output.err


def test_only_files_of_the_pattern_are_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pattern is of the path in the folder."""
    assert main([str(folder), "--only", "texts/*", "--workers", "1"], readers={}) == 0
    output = capsys.readouterr().out
    assert "none, so that no pixels are compared" in output
    assert "\n1 files: " in output


def test_a_failure_is_exit_status_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other files are judged all the same."""
    (folder / "closed").symlink_to("/proc/self/mem")
    assert main([str(folder)], readers=READERS) == 1
    output = capsys.readouterr().out
    assert "  closed: format,png: OSError: " in output
    assert "4 files: 1 alike" in output


def test_messages_and_names_are_printable() -> None:
    """A name may hold any byte, a message any text."""
    assert printable("a\udcff\n") == r"'a\udcff\n'"
    assert shortened("a\n b" + "c" * 500).startswith("a bc")
    assert len(shortened("c" * 500)) == 160


def test_a_program_of_imagemagick_is_read_by_its_output(tmp_path: Path) -> None:
    """The picture comes from standard output, the warning from standard error."""
    picture = tmp_path / "picture.png"
    picture.write_bytes(stored(photographic(SIZE), "PNG"))
    program = tmp_path / "convert"
    program.write_text("#!/bin/sh\necho 'convert: odd `/tmp/x1'\\'' @ warning/x.c' >&2\ncat\n")
    program.chmod(0o700)
    reading = ImageMagick(program=str(program))(picture)
    assert (reading.image.size, reading.warning) == (SIZE, "odd")


@pytest.mark.skipif(not find_readers(), reason="no independent reader is installed")
def test_the_readers_that_are_found_read_a_picture(tmp_path: Path) -> None:
    """Each reader of this machine returns the size and the pixels, upright."""
    image = photographic(SIZE)
    path = tmp_path / "picture.tif"
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    image.save(path, exif=exif)
    for name, reader in find_readers().items():
        upright = image.transpose(Image.Transpose.ROTATE_270)
        assert describe_difference(reader(path).image, upright, 1.0) is None, name
