"""Pictures in files through a process, by the rules of the service but without one."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from darkroom.errors import Code, OssError, invalid, no_such_key
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operation import Operation, Report
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.operations.format import Format
from darkroom.imaging.pipeline import Result, run
from darkroom.limits import Limits
from darkroom.process.grammar import parse

_SUFFIXES = {
    suffix: format_.name
    for format_ in FORMATS.values()
    for suffix in (format_.name, *format_.aliases, *format_.suffixes)
}
"""Format by the suffix of a file name."""

_REPORT = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file and what becomes of it."""

    process: str
    source: Path
    target: Path
    stem: Path | None = None
    """The target without a suffix, which then follows the result; none keeps it as it is."""
    marks: Path
    """Folder of the watermark objects."""
    fonts: Path


def plan_jobs(
    process: str, source: Path, target: Path, *, fonts: Path, into_folder: bool | None = None
) -> list[Job]:
    """Give the jobs for a file or, below a folder, for every file that is not hidden.

    A target that is a folder, or is to be one, takes the sources' names. Raises `OssError` for
    a wrong process.
    """
    operations(process)
    if source.is_dir():
        return list(_of_folder(process, source, target, fonts))
    job = Job(process=process, source=source, target=target, marks=source.parent, fonts=fonts)
    if target.is_dir() if into_folder is None else into_folder:
        return [replace(job, target=target / source.name, stem=target / source.stem)]
    return [job]


def _of_folder(process: str, source: Path, target: Path, fonts: Path) -> Iterator[Job]:
    """Keep the tree; files that differ in their suffix alone keep it in their new name."""
    files = sorted(path for path in source.rglob("*") if path.is_file())
    shown = [path for path in files if not _hidden(path.relative_to(source))]
    # A target inside the source holds the results of an earlier run.
    wanted = [path for path in shown if target == source or not path.is_relative_to(target)]
    stems = Counter(path.with_suffix("") for path in wanted)
    for path in wanted:
        alone = stems[path.with_suffix("")] == 1
        stem = path.with_suffix("") if alone else path
        yield Job(
            process=process,
            source=path,
            target=target / path.relative_to(source),
            stem=target / stem.relative_to(source),
            marks=source,
            fonts=fonts,
        )


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def operations(process: str) -> tuple[Operation, ...]:
    """Check a process value as the service does; there are no styles and no buckets here."""
    asked = parse(process)
    if asked.style is not None:
        raise OssError(Code.NO_SUCH_STYLE)
    if asked.save is not None:
        raise invalid("x-oss-process", process, "sys/saveas is for POST requests")
    return compile_operations(asked.actions)


def reports(process: str) -> bool:
    """Whether the process answers text about a picture instead of a picture."""
    return any(isinstance(operation, Report) for operation in operations(process))


def run_job(job: Job) -> str | None:
    """Do a job and store its result; give the message of what went wrong, none if nothing."""
    try:
        result = process_file(job)
        target = _target(job, result)
        if target.resolve() == job.source.resolve():
            return "The result would take the place of its source."
        _store(result.body, target)
    except OssError as error:
        return error.message
    except OSError as error:
        return f"{error.strerror}: {error.filename}"
    return None


def process_file(job: Job) -> Result:
    """Put the file through the process, and into the format that the target's name asks for."""
    steps = operations(job.process)
    word = _format_of(job.target) if job.stem is None else None
    if word and not reports(job.process):
        steps = (*steps, Format(word=word))
    context = ProcessingContext(load_watermark=_marks(job.marks), fonts=job.fonts)
    result = run(_read(job.source), steps, context)
    if word and result.format not in (word, None):
        raise OssError(Code.BAD_REQUEST, f"Only a {word} picture can be saved as {word}.")
    return result


def _marks(folder: Path) -> Callable[[str], bytes]:
    """Read watermark objects from files inside the folder."""

    def load(key: str) -> bytes:
        path = (folder / key).resolve()
        try:
            if not path.is_relative_to(folder.resolve()):
                raise no_such_key(key)
            return _read(path)
        except OssError as error:
            raise OssError(
                Code.WATERMARK_ERROR,
                f"The watermark object {key} cannot be used: {error.message}",
            ) from error

    return load


def _read(path: Path) -> bytes:
    """Read a file as the service reads an object: it has to be there, and not too large."""
    try:
        Limits().check_source_bytes(path.stat().st_size)
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise no_such_key(str(path)) from error


def _format_of(path: Path) -> str | None:
    """Return the format of a file name's suffix, none for any other suffix."""
    suffix = path.suffix.lower().removeprefix(".")
    return _SUFFIXES.get(suffix)


def _target(job: Job, result: Result) -> Path:
    word = result.format or _REPORT
    if job.stem is None or _format_of(job.target) == word:
        return job.target
    return job.stem.with_name(f"{job.stem.name}.{word}")


def _store(body: bytes, path: Path) -> None:
    """Write the file complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(body)
    part.replace(path)
