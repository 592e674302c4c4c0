"""Files through a process: names, formats, marks and messages."""

from pathlib import Path

import pytest
from PIL import Image

from darkroom.cli.files import FileTask, plan_jobs, reports, run_job
from darkroom.errors import Code, OssError
from darkroom.process.parameters import encode_base64
from tests.pictures import animation, stored

FONTS = Path("nowhere")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Make a folder of pictures, and of what lies among pictures."""
    folder = tmp_path / "album"
    (folder / "2024").mkdir(parents=True)
    (folder / ".cache").mkdir()
    image = Image.new("RGB", (40, 30), "#336699")
    (folder / "a.jpg").write_bytes(stored(image, "JPEG"))
    (folder / "a.png").write_bytes(stored(image))
    (folder / "2024/b.v2.JPEG").write_bytes(stored(image, "JPEG"))
    (folder / "moving.gif").write_bytes(animation([image, image.rotate(180)]))
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(stored(image))
    (folder / ".cache/c.png").write_bytes(stored(image))
    return folder


def did(process: str, source: Path, target: Path) -> list[str | None]:
    """Do all that a command line asks for."""
    return [run_job(job) for job in plan_jobs(process, source, target, fonts=FONTS)]


def opened(path: Path) -> Image.Image:
    """Read a result."""
    with Image.open(path) as image:
        image.load()
    return image


@pytest.mark.parametrize(
    ("process", "name", "format"),
    [
        ("image/resize,w_20", "out.jpg", "JPEG"),
        ("image/resize,w_20", "out.png", "PNG"),
        ("image/resize,w_20", "out.JPEG", "JPEG"),
        ("image/resize,w_20", "out.tif", "TIFF"),
        ("image/resize,w_20", "out.anything", "JPEG"),
        ("image/resize,w_20/format,webp", "out", "WEBP"),
        ("image/format,webp/resize,w_20", "out.png", "PNG"),
    ],
)
def test_the_suffix_chooses_the_format(
    album: Path,
    tmp_path: Path,
    process: str,
    name: str,
    format: str,  # noqa: A002
) -> None:
    """Where it names one; else the process decides, as in a URL."""
    assert did(process, album / "a.jpg", tmp_path / name) == [None]
    result = opened(tmp_path / name)
    assert (result.format, result.size) == (format, (20, 15))


def test_a_folder_keeps_its_tree(album: Path, tmp_path: Path) -> None:
    """Hidden files stay out; names follow the format, and never meet; others are told."""
    jobs = plan_jobs("image/format,png", album, tmp_path / "out", fonts=FONTS)
    messages = {str(job.source.relative_to(album)): run_job(job) for job in jobs}
    assert messages == {
        "2024/b.v2.JPEG": None,
        "a.jpg": None,
        "a.png": None,
        "moving.gif": None,
        "notes.txt": "This image format is not supported.",
    }
    files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert [str(path.relative_to(tmp_path / "out")) for path in files] == [
        "2024/b.v2.png",
        "a.jpg.png",
        "a.png",
        "moving.png",
    ]
    assert all(opened(path).format == "PNG" for path in files)


def test_names_stay_where_the_format_does(album: Path, tmp_path: Path) -> None:
    """Also those that are spelt another way."""
    did("image/resize,w_20", album, tmp_path / "out")
    assert (tmp_path / "out/2024/b.v2.JPEG").exists()
    assert opened(tmp_path / "out/moving.gif").format == "GIF"


def test_results_inside_the_source_are_not_sources(album: Path) -> None:
    """A second run makes the same as the first."""
    for _ in range(2):
        jobs = plan_jobs("image/resize,w_20", album, album / "small", fonts=FONTS)
        assert len(jobs) == 5
        for job in jobs:
            run_job(job)


def test_a_target_folder_takes_the_sources_name(album: Path, tmp_path: Path) -> None:
    """With the suffix of the result."""
    assert did("image/format,webp", album / "a.jpg", tmp_path) == [None]
    assert opened(tmp_path / "a.webp").format == "WEBP"


def test_a_report_is_stored_as_json(album: Path, tmp_path: Path) -> None:
    """Whatever the suffix of a target names."""
    did("image/average-hue", album / "a.png", tmp_path / "hue.png")
    assert (tmp_path / "hue.png").read_text() == '{\n    "RGB": "0x336699"}'
    did("image/average-hue", album, tmp_path / "out")
    assert (tmp_path / "out/moving.json").read_text() == '{\n    "RGB": "0x336699"}'


def test_reports_are_told_from_pictures() -> None:
    """By their operation."""
    assert reports("image/info")
    assert not reports("image/resize,w_1")


@pytest.mark.parametrize(
    ("process", "code"),
    [
        ("image/resize,w_0", Code.INVALID_ARGUMENT),
        ("image/rotate", Code.MISSING_ARGUMENT),
        ("resize,w_1", Code.INVALID_ARGUMENT),
        ("style/small", Code.NO_SUCH_STYLE),
        ("image/resize,w_1|sys/saveas,o_YQ", Code.INVALID_ARGUMENT),
    ],
)
def test_a_wrong_process_is_told_before_anything_is_read(process: str, code: Code) -> None:
    """With the error of the service; there are no styles and no buckets here."""
    with pytest.raises(OssError) as caught:
        plan_jobs(process, Path("nowhere.jpg"), Path("out.jpg"), fonts=FONTS)
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("nowhere.jpg", "out.jpg", "The specified key does not exist."),
        ("notes.txt", "out.jpg", "This image format is not supported."),
        ("a.jpg", "out.gif", "Only a gif picture can be saved as gif."),
    ],
)
def test_a_failure_says_why_and_leaves_nothing(
    album: Path, source: str, target: str, message: str
) -> None:
    """With the messages of the service."""
    before = sorted(album.rglob("*"))
    assert did("image/resize,w_20", album / source, album / target) == [message]
    assert sorted(album.rglob("*")) == before


def test_a_target_that_cannot_be_written_is_told(album: Path) -> None:
    """With the message of the system."""
    (message,) = did("image/resize,w_20", album / "a.jpg", album / "notes.txt/out.jpg")
    assert message == f"File exists: {album / 'notes.txt'}"


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    """20 MB, as in the service."""
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(20_971_521)
    assert did("image/info", tmp_path / "huge.jpg", tmp_path / "out") == [
        "Maximal size of image supported is 20971520"
    ]


def marked(album: Path, key: str) -> FileTask:
    """Plan a watermark of another file."""
    process = f"image/watermark,image_{encode_base64(key)},g_nw,x_0,y_0"
    (job,) = plan_jobs(process, album / "a.png", album / "out.png", fonts=FONTS)
    return job


def test_marks_come_from_the_folder_of_the_source(album: Path) -> None:
    """As from the same bucket."""
    (album / "2024/mark.png").write_bytes(stored(Image.new("RGB", (5, 5), "#ff0000")))
    assert run_job(marked(album, "2024/mark.png")) is None
    assert opened(album / "out.png").getpixel((2, 2)) == (255, 0, 0)


@pytest.mark.parametrize("key", ["none.png", "../secret.png", "2024", "/etc/hostname"])
def test_marks_come_from_nowhere_else(album: Path, key: str) -> None:
    """A key does not lead out of the folder."""
    (album.parent / "secret.png").write_bytes(stored(Image.new("RGB", (5, 5))))
    message = run_job(marked(album, key))
    assert message is not None
    assert message.endswith("The specified key does not exist.")
