"""Processing of image files by the rules of the service."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from darkroom.errors import Code, OssError, invalid, no_such_key
from darkroom.imaging.context import ProcessingContext
from darkroom.imaging.engine import Engine, load_engine
from darkroom.imaging.formats import FORMATS
from darkroom.imaging.operation import Operation, Report
from darkroom.imaging.operations import compile_operations
from darkroom.imaging.operations.format import Format
from darkroom.imaging.pipeline import Result, run
from darkroom.limits import Limits
from darkroom.process.grammar import parse
from darkroom.settings import engine_enabled

_SUFFIXES = {
    suffix: format_.name
    for format_ in FORMATS.values()
    for suffix in (format_.name, *format_.aliases, *format_.suffixes)
}
"""Format by the suffix of a file name."""

_REPORT = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTask:
    """One file to process."""

    process: str
    source: Path
    target: Path
    stem: Path | None = None
    """Target without a suffix, which the result's format adds; None to write `target` as it is."""
    marks: Path
    """Folder of the watermark objects."""
    fonts: Path


def plan_jobs(
    process: str, source: Path, target: Path, *, fonts: Path, into_folder: bool | None = None
) -> list[FileTask]:
    """Return the jobs for a file or, for a folder, for every file in it that is not hidden.

    Files in a target folder get the names of their sources; `into_folder` says whether the target
    is a folder, None asks the file system. Raises `OssError` for a wrong process.
    """
    operations(process)
    if source.is_dir():
        return list(_folder_jobs(process, source, target, fonts))
    job = FileTask(process=process, source=source, target=target, marks=source.parent, fonts=fonts)
    if target.is_dir() if into_folder is None else into_folder:
        return [replace(job, target=target / source.name, stem=target / source.stem)]
    return [job]


def names_a_file(target: Path) -> bool:
    """Return whether a path is an existing file, or a new path with the suffix of a result."""
    is_result = _suffix_format(target) is not None or target.suffix.lower() == f".{_REPORT}"
    return target.is_file() or (is_result and not target.is_dir())


def _folder_jobs(process: str, source: Path, target: Path, fonts: Path) -> Iterator[FileTask]:
    """Yield jobs that keep the folder's tree.

    Sources that differ in their suffix alone keep it as a part of the target's name.
    """
    files = sorted(path for path in source.rglob("*") if path.is_file())
    visible = [path for path in files if not _is_hidden(path.relative_to(source))]
    # A target inside the source holds the results of an earlier run.
    sources = [path for path in visible if target == source or not path.is_relative_to(target)]
    stems = Counter(path.with_suffix("") for path in sources)
    for path in sources:
        is_unique = stems[path.with_suffix("")] == 1
        stem = path.with_suffix("") if is_unique else path
        yield FileTask(
            process=process,
            source=path,
            target=target / path.relative_to(source),
            stem=target / stem.relative_to(source),
            marks=source,
            fonts=fonts,
        )


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def operations(process: str) -> tuple[Operation, ...]:
    """Compile a process value as the service does, without styles and saveas."""
    parsed = parse(process)
    if parsed.style is not None:
        raise OssError(Code.NO_SUCH_STYLE)
    if parsed.save is not None:
        raise invalid("x-oss-process", process, "sys/saveas is for POST requests")
    return compile_operations(parsed.actions)


def reports(process: str) -> bool:
    """Return whether the process yields text about a picture instead of a picture."""
    return any(isinstance(operation, Report) for operation in operations(process))


def run_job(job: FileTask) -> str | None:
    """Process a file and store the result; return an error message, None after success."""
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


def process_file(job: FileTask) -> Result:
    """Return the file processed, in the format that the target's name asks for."""
    steps = operations(job.process)
    format_name = _suffix_format(job.target) if job.stem is None else None
    if format_name and not reports(job.process):
        steps = (*steps, Format(word=format_name))
    context = ProcessingContext(
        load_watermark=_watermark_reader(job.marks), fonts=job.fonts, engine=_engine()
    )
    result = run(_read(job.source), steps, context)
    if format_name and result.format not in (format_name, None):
        raise OssError(
            Code.BAD_REQUEST, f"Only a {format_name} picture can be saved as {format_name}."
        )
    return result


@cache
def _engine() -> Engine | None:
    return load_engine() if engine_enabled(os.environ) else None


def _watermark_reader(folder: Path) -> Callable[[str], bytes]:
    """Return a function that reads watermark objects from files in the folder."""

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
    """Read a file as the service reads an object; raises `NoSuchKey` and `ImageTooLarge`."""
    try:
        Limits().check_source_bytes(path.stat().st_size)
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise no_such_key(str(path)) from error


def _suffix_format(path: Path) -> str | None:
    """Return the format of a file name's suffix, none for any other suffix."""
    suffix = path.suffix.lower().removeprefix(".")
    return _SUFFIXES.get(suffix)


def _target(job: FileTask, result: Result) -> Path:
    format_name = result.format or _REPORT
    if job.stem is None or _suffix_format(job.target) == format_name:
        return job.target
    return job.stem.with_name(f"{job.stem.name}.{format_name}")


def _store(body: bytes, path: Path) -> None:
    """Write the file complete or not at all, by renaming a temporary one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(body)
    part.replace(path)
