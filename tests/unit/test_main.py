"""The command line: output and exit code."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from darkroom.__main__ import main
from tests.pictures import stored

PACKAGE = Path(__file__).parents[2] / "layers/darkroom"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return a picture in a folder of its own."""
    path = tmp_path / "album/in.jpg"
    path.parent.mkdir()
    path.write_bytes(stored(Image.new("RGB", (40, 30), "#808080"), "JPEG", quality=95))
    return path


def test_the_module_is_a_command(picture: Path, tmp_path: Path) -> None:
    """`python -m darkroom` runs as documented."""
    target = tmp_path / "out.png"
    command = [sys.executable, "-m", "darkroom", "image/resize,w_20", str(picture), str(target)]
    finished = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    with Image.open(target) as result:
        assert (result.format, result.size) == ("PNG", (20, 15))


def test_a_report_is_printed(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a target, the report goes to the standard output."""
    assert main(["image/average-hue", str(picture)]) == 0
    assert capsys.readouterr().out == '{\n    "RGB": "0x808080"}\n'


@pytest.mark.parametrize(
    ("process", "message"),
    [
        (
            "image/resize,w_0",
            "The value: 0 of parameter: w is invalid.reason:Value must be between 1 and 16384",
        ),
        ("image/slim,1", "The action: slim is not supported."),
        ("style/small", "No Such Image Style."),
    ],
)
def test_an_invalid_process_exits_with_2(
    picture: Path, capsys: pytest.CaptureFixture[str], process: str, message: str
) -> None:
    """The message is the service's."""
    assert main([process, str(picture), "out.png"]) == 2
    assert capsys.readouterr().err == f"{message}\n"


def test_an_invalid_picture_exits_with_2(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other pictures are processed."""
    wrong = picture.with_name("a.txt")
    wrong.write_text("no picture")
    assert main(["image/resize,w_20", str(picture.parent), str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"{wrong}: This image format is not supported.\n"
    assert (tmp_path / "out/in.jpg").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["image/info"],
        ["image/resize,w_1", "in.jpg"],
        ["image/resize,w_1", "in.jpg", "out.jpg", "-j", "0"],
        ["image/resize,w_1", "in.jpg", "out.jpg", "--unknown"],
        ["image/info", "."],
    ],
    ids=" ".join,
)
def test_an_invalid_command_line_exits_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """The usage is printed."""
    with pytest.raises(SystemExit) as exited:
        main(arguments)
    assert exited.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m darkroom")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_number_of_processes_does_not_change_the_files(
    picture: Path, tmp_path: Path, jobs: str
) -> None:
    """One process and several write the same files."""
    for number in range(5):
        picture.with_name(f"{number}.jpg").write_bytes(picture.read_bytes())
    out = tmp_path / "out"
    assert main(["image/resize,w_20", str(picture.parent), str(out), "-j", jobs]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        *("0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "in.jpg")
    ]


def test_an_empty_folder_exits_with_0(tmp_path: Path) -> None:
    """A folder without files is no error."""
    (tmp_path / "empty").mkdir()
    assert main(["image/resize,w_20", str(tmp_path / "empty"), str(tmp_path / "out")]) == 0


class Terminal(list[str]):
    """A standard error that is a terminal."""

    def write(self, text: str) -> None:
        """Record the text."""
        self.append(text)

    def flush(self) -> None:
        """Do nothing."""

    def isatty(self) -> bool:
        """Return true."""
        return True


def test_a_terminal_shows_a_progress_bar(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line is rewritten after each file."""
    picture.with_name("b.txt").write_text("no picture")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    main(["image/resize,w_20", str(picture.parent), str(tmp_path / "out"), "-j", "1"])
    assert [text for text in terminal if "/2" in text] == [
        "\r████████████████████···················· 1/2",
        f"\r{'█' * 40} 2/2\n",
    ]


def test_a_target_that_ends_in_a_slash_is_a_folder(picture: Path, tmp_path: Path) -> None:
    """The folder is created if it does not exist."""
    assert main(["image/resize,w_20", str(picture), f"{tmp_path}/new/"]) == 0
    assert (tmp_path / "new/in.jpg").is_file()


@pytest.mark.parametrize("name", ["out.jpg", "out.WEBP", "out.json", "notes.txt"])
def test_a_folder_is_not_processed_into_a_file(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A target that exists as a file, or has a suffix of a result, is refused; nothing is made."""
    (tmp_path / "notes.txt").write_text("a file")
    with pytest.raises(SystemExit) as ended:
        main(["image/resize,w_20", str(picture.parent), str(tmp_path / name)])
    assert ended.value.code == 2
    message = f"{tmp_path / name}: the source is a folder, so the target has to be one, too"
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["album", "notes.txt"]


@pytest.mark.parametrize("name", ["existing.jpg", "new.jpg/", "v1.2"])
def test_a_target_folder_may_have_a_suffix(picture: Path, tmp_path: Path, name: str) -> None:
    """If it exists, ends in a slash, or the suffix is not one of a result."""
    (tmp_path / "existing.jpg").mkdir()
    assert main(["image/resize,w_20", str(picture.parent), f"{tmp_path}/{name}"]) == 0
    assert (tmp_path / name / "in.jpg").is_file()


def test_a_source_is_never_overwritten(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A target that is the source, or its own folder, exits with 2."""
    before = picture.read_bytes()
    for target in (picture, picture.parent):
        assert main(["image/resize,w_20", str(picture), str(target)]) == 2
    assert main(["image/resize,w_20", str(picture.parent), str(picture.parent)]) == 2
    assert picture.read_bytes() == before
    assert "would take the place of its source" in capsys.readouterr().err


def test_a_missing_source_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The message names a file, not an object."""
    with pytest.raises(SystemExit) as exited:
        main(["image/info", "nowhere.jpg"])
    assert exited.value.code == 2
    assert "nowhere.jpg: no such file or folder" in capsys.readouterr().err
