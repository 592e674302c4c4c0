"""Processing of files: names, formats, watermarks and messages."""

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
    """Return a folder of pictures, with hidden files and a text file."""
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


def run_all(process: str, source: Path, target: Path) -> list[str | None]:
    """Run all jobs of a command line and return their messages."""
    return [run_job(job) for job in plan_jobs(process, source, target, fonts=FONTS)]


def opened(path: Path) -> Image.Image:
    """Return the loaded picture of a file."""
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
def test_the_suffix_determines_the_format(
    album: Path,
    tmp_path: Path,
    process: str,
    name: str,
    format: str,  # noqa: A002
) -> None:
    """A suffix without a format leaves it to the process, as in a URL."""
    assert run_all(process, album / "a.jpg", tmp_path / name) == [None]
    result = opened(tmp_path / name)
    assert (result.format, result.size) == (format, (20, 15))


def test_a_folder_keeps_its_tree(album: Path, tmp_path: Path) -> None:
    """Hidden files are skipped, names are unique, and a file that is no picture has a message."""
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


def test_a_name_is_kept_with_its_format(album: Path, tmp_path: Path) -> None:
    """Any spelling of a suffix is kept."""
    run_all("image/resize,w_20", album, tmp_path / "out")
    assert (tmp_path / "out/2024/b.v2.JPEG").exists()
    assert opened(tmp_path / "out/moving.gif").format == "GIF"


def test_results_inside_the_source_are_not_sources(album: Path) -> None:
    """A second run has the same jobs as the first."""
    for _ in range(2):
        jobs = plan_jobs("image/resize,w_20", album, album / "small", fonts=FONTS)
        assert len(jobs) == 5
        for job in jobs:
            run_job(job)


def test_a_result_in_a_target_folder_has_the_name_of_its_source(
    album: Path, tmp_path: Path
) -> None:
    """Its suffix is that of the result."""
    assert run_all("image/format,webp", album / "a.jpg", tmp_path) == [None]
    assert opened(tmp_path / "a.webp").format == "WEBP"


def test_a_report_is_stored_as_json(album: Path, tmp_path: Path) -> None:
    """The suffix of the target does not matter."""
    run_all("image/average-hue", album / "a.png", tmp_path / "hue.png")
    assert (tmp_path / "hue.png").read_text() == '{\n    "RGB": "0x336699"}'
    run_all("image/average-hue", album, tmp_path / "out")
    assert (tmp_path / "out/moving.json").read_text() == '{\n    "RGB": "0x336699"}'


def test_reports_recognises_a_report() -> None:
    """The operation determines whether a result is a report."""
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
def test_an_invalid_process_is_refused_before_the_source_is_read(process: str, code: Code) -> None:
    """The error is the service's; styles and buckets do not exist here."""
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
def test_a_failure_returns_a_message_and_writes_no_file(
    album: Path, source: str, target: str, message: str
) -> None:
    """The messages are the service's."""
    before = sorted(album.rglob("*"))
    assert run_all("image/resize,w_20", album / source, album / target) == [message]
    assert sorted(album.rglob("*")) == before


def test_a_target_that_cannot_be_written_returns_a_message(album: Path) -> None:
    """The message is the operating system's."""
    (message,) = run_all("image/resize,w_20", album / "a.jpg", album / "notes.txt/out.jpg")
    assert message == f"File exists: {album / 'notes.txt'}"


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """The limit is 20 MB, as in the service."""
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(20_971_521)
    assert run_all("image/info", tmp_path / "huge.jpg", tmp_path / "out") == [
        "Maximal size of image supported is 20971520"
    ]


def watermark_job(album: Path, key: str) -> FileTask:
    """Return the job of a watermark with another file."""
    process = f"image/watermark,image_{encode_base64(key)},g_nw,x_0,y_0"
    (job,) = plan_jobs(process, album / "a.png", album / "out.png", fonts=FONTS)
    return job


def test_a_watermark_is_read_from_the_folder_of_the_source(album: Path) -> None:
    """The folder takes the place of the bucket."""
    (album / "2024/mark.png").write_bytes(stored(Image.new("RGB", (5, 5), "#ff0000")))
    assert run_job(watermark_job(album, "2024/mark.png")) is None
    assert opened(album / "out.png").getpixel((2, 2)) == (255, 0, 0)


@pytest.mark.parametrize("key", ["none.png", "../secret.png", "2024", "/etc/hostname"])
def test_a_watermark_outside_the_folder_is_refused(album: Path, key: str) -> None:
    """No key leads out of the folder."""
    (album.parent / "secret.png").write_bytes(stored(Image.new("RGB", (5, 5))))
    message = run_job(watermark_job(album, key))
    assert message is not None
    assert message.endswith("The specified key does not exist.")
