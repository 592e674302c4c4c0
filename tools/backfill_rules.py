#!/usr/bin/env python3
"""Apply a bucket's rules to its existing objects (docs/operate.md).

tools/backfill_rules.py BUCKET [PREFIX] [--function NAME] [--run NAME] [--after KEY] [--dry-run]

Reads the settings from the configuration of the persist function NAME, else from the DARKROOM_*
variables, and queues a job for every object that matches the current rules. When interrupted, it
prints the options to continue with; within one run no version of an object is processed twice.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from function_env import configured

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

from darkroom.aws.bootstrap import build_services  # noqa: E402
from darkroom.errors import OssError  # noqa: E402
from darkroom.jobs import Job  # noqa: E402
from darkroom.ports.objects import ListQuery, ObjectSummary  # noqa: E402
from darkroom.settings import Settings, SettingsError  # noqa: E402
from darkroom.usecases.jobs.object_events import ObjectCreated, job_from_event  # noqa: E402
from darkroom.usecases.services import Services  # noqa: E402

PAGE = 1000
BAR = 30


def main() -> None:
    """Run the command line; exit with a message on an error."""
    options = _options()
    try:
        services = build_services(Settings.from_environ(configured(options.function)))
        _run(services, options)
    except (SettingsError, OssError) as error:
        sys.exit(str(error))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("bucket", help="OSS name of the source bucket")
    parser.add_argument("prefix", nargs="?", default="", help="of the keys")
    parser.add_argument("--function", help="name of the persist function")
    parser.add_argument("--run", default=f"{datetime.now(UTC):%Y-%m-%d}", help="name of this run")
    parser.add_argument("--after", default="", metavar="KEY", help="continue after this key")
    parser.add_argument(
        "--dry-run", action="store_true", help="print the jobs without queueing them"
    )
    return parser.parse_args()


def _run(services: Services, options: argparse.Namespace) -> None:
    if services.jobs is None:
        sys.exit("there is no queue in the settings: name the persist function with --function")
    if services.buckets.find(options.bucket) is None:
        sys.exit(f"there is no bucket {options.bucket}")
    total = sum(1 for _ in list_objects(services, options.bucket, options.prefix, options.after))
    last, queued = options.after, 0
    try:
        objects = list_objects(services, options.bucket, options.prefix, options.after)
        for number, entry in enumerate(objects, start=1):
            job = job_for_object(entry, options.bucket, options.run, services)
            if job is not None:
                queued += 1
                if options.dry_run:
                    _show(job)
                else:
                    services.jobs.queue.send(job.to_json())
            last = entry.key
            _draw(number, max(total, number))
    except (KeyboardInterrupt, OssError) as error:
        reason = error.message if isinstance(error, OssError) else "interrupted"
        sys.exit(f"\n{reason}; continue with --run {options.run!r} --after {last!r}")
    print(f"\n{queued} jobs {'would be ' * options.dry_run}queued", file=sys.stderr)


def list_objects(
    services: Services, bucket: str, prefix: str, after: str
) -> Iterator[ObjectSummary]:
    """Yield the objects in the order of their keys, listed page by page."""
    listing, token = ListQuery(prefix=prefix, limit=PAGE), None
    while True:
        page = services.lister.list(bucket, listing, token=token, after=after)
        yield from page.objects
        if page.next_marker is None:
            return
        token = page.next_marker


def job_for_object(entry: ObjectSummary, bucket: str, run: str, services: Services) -> Job | None:
    """Return the job for an object as if it were created now, None if no rule matches.

    The run's name takes the place of the event's sequencer.
    """
    event = ObjectCreated(
        bucket=bucket,
        key=entry.key,
        etag=entry.etag,
        sequencer=f"run {run}",
        created=services.clock(),
    )
    return job_from_event(event, services)


def _show(job: Job) -> None:
    for target in job.targets:
        print(f"{job.key}: {target.process} -> {target.bucket}/{target.key}")


def _draw(number: int, total: int) -> None:
    done = BAR * number // total
    bar = "#" * done + "." * (BAR - done)
    print(f"\r[{bar}] {number}/{total}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
