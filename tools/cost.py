"""What a deployment costs a month: `python -m tools.cost --thumbnails 10e6`.

Prices are list prices of `us-east-1`, first tier, without free tiers, in US dollars. The tables of
docs/deploy.md are computed by the functions of this module.
"""

import argparse
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

MILLION = 1e6
HOURS = 730
DAYS = 30
MEMORY = 1769 / 1024
JOBS_MEMORY = 3008 / 1024

LAMBDA_GB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
LAMBDA_REQUEST = 0.20 / MILLION
SNAPSHOT_GB_SECOND = 0.0000015046
RESTORED_GB = 0.0001397998
HTTP_API_REQUEST = 1.00 / MILLION
S3_GET = 0.40 / MILLION
S3_PUT = 5.00 / MILLION
S3_EVENT = 1.00 / MILLION
SQS_REQUEST = 0.40 / MILLION
LOGS_GB = 0.50
TRACE = 5.00 / MILLION
INTERNET_GB = 0.09
CDN_REQUEST = 1.00 / MILLION
CDN_FUNCTION = 0.10 / MILLION
CDN_GB = 0.085
SECRET = 0.40
SECRET_READ = 0.05 / 10_000
TABLE_READ = 0.125 / MILLION
ALARM_METRIC = 0.10
METRIC = 0.30
STORED_GB = 0.023
WEB_ACL, WEB_ACL_RULE, WEB_ACL_REQUEST = 5.00, 1.00, 0.60 / MILLION
CONTAINER_CPU_HOUR = {"arm64": 0.03238, "x86_64": 0.04048}
CONTAINER_GB_HOUR = {"arm64": 0.00356, "x86_64": 0.004445}
BALANCER_HOUR, BALANCER_GB = 0.0225, 0.008

LOG_GB = 2e-6
"""Gigabytes of log lines of a request."""
TRACED = 0.05
"""Share of the requests that X-Ray records under load."""
SLOWER = 2.0
"""Processor time on Lambda or Fargate, with parsing and signatures, by that of the measurement."""
WAITING_MS = 40.0
"""Milliseconds of a request that wait for S3, billed by Lambda; a container uses them."""
CONTAINER_GB = 2.0
UTILISATION = 0.6
"""Share of a container's processor that is in use at the peak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The requests of a month."""

    requests: float
    cpu_ms: float = 14.5
    """Measured processor time of one; that of a 400 wide JPEG."""
    size: float = 34_732
    """Bytes of one reply."""
    cdn_hits: float = 0.95
    warm: float = 5
    """Functions that are warm all the time."""
    peak: float = 4
    """Requests a second at the peak, by those of the average."""
    processor: str = "arm64"


def invocation(milliseconds: float, memory: float = MEMORY, processor: str = "arm64") -> float:
    """Return the price of an invocation's time."""
    return memory * milliseconds / 1000 * LAMBDA_GB_SECOND[processor]


def request(cpu_ms: float, processor: str = "arm64") -> float:
    """Return the price of a request that is processed, without its bytes."""
    return (
        invocation(SLOWER * cpu_ms + WAITING_MS, processor=processor)
        + LAMBDA_REQUEST
        + HTTP_API_REQUEST
        + S3_GET
        + LOGS_GB * LOG_GB
        + TRACED * TRACE
    )


def sent(size: float, price: float) -> float:
    """Return the price of sending bytes."""
    return size / 1e9 * price


def with_cdn(cpu_ms: float, size: float, hits: float, processor: str = "arm64") -> float:
    """Return the price of a request through CloudFront."""
    misses = (1 - hits) * request(cpu_ms, processor)
    return misses + CDN_REQUEST + CDN_FUNCTION + sent(size, CDN_GB)


# --- A month, whether or not there are requests ---------------------------------------------------


def snapshot(days: float = DAYS) -> float:
    """Return the price of the snapshot of the process function."""
    return MEMORY * days * 86_400 * SNAPSHOT_GB_SECOND


def daily_invocations() -> float:
    """Return the price of the invocations that keep the snapshot, each with a restore."""
    return DAYS * (MEMORY * RESTORED_GB + LAMBDA_REQUEST)


def alarms() -> float:
    """Return the price of six alarms, one of which reads two metrics."""
    return 7 * ALARM_METRIC


def empty_receives() -> float:
    """Return the price of five pollers of the queue of jobs, which wait 20 seconds each."""
    return 5 * DAYS * 86_400 / 20 * SQS_REQUEST


def idle() -> float:
    """Return the price of a stack without requests."""
    return snapshot() + daily_invocations() + alarms() + empty_receives() + SECRET


def keys_read() -> float:
    """Return the price of the keys, which a warm function reads each minute."""
    return DAYS * 86_400 / 60 * SECRET_READ


def origin_secrets_read() -> float:
    """Return the price of both versions of the origin secret, read each five minutes."""
    return 2 * DAYS * 86_400 / 300 * SECRET_READ


def settings_read() -> float:
    """Return the price of a bucket's settings, read each 30 seconds."""
    return DAYS * 86_400 / 30 * TABLE_READ


def upload_event() -> float:
    """Return the price of an upload with `ObjectEvents` that no rule matches.

    The event, its message (sent, received, deleted) and an invocation of 10 ms with its lines.
    """
    job = invocation(10, JOBS_MEMORY) + LAMBDA_REQUEST + LOGS_GB * LOG_GB / 2
    return S3_EVENT + 3 * SQS_REQUEST + job


BILL: Mapping[str, tuple[str, Callable[[], float]]] = {
    "an idle stack": ("a month", idle),
    "– of it the snapshot, none with `SnapStart=None`": ("a month", snapshot),
    "– the daily invocation, with the snapshot": ("a month", daily_invocations),
    "– six alarms with seven metrics": ("a month", alarms),
    "– empty receives of the queue, within SQS's free million": ("a month", empty_receives),
    "– the secret of access keys": ("a month", lambda: SECRET),
    "the origin secret of a CDN": ("a month", lambda: SECRET),
    "keys, for each function that is always warm": ("a month", keys_read),
    "origin secrets with a CDN, for each of them": ("a month", origin_secrets_read),
    "settings of a bucket, for each of them": ("a month", settings_read),
    "four metrics of one operation in use": ("a month", lambda: 4 * METRIC),
    "the hit rate of the result cache, for each operation": ("a month", lambda: METRIC),
    "100 GB of cached results": ("a month", lambda: 100 * STORED_GB),
    "a web ACL with one rule": ("a month", lambda: WEB_ACL + WEB_ACL_RULE),
    "artefacts of ten deployments in the bucket of the SAM CLI": (
        "a month",
        lambda: 10 * 0.052 * STORED_GB,
    ),
    "uploads with `ObjectEvents` that no rule matches": (
        "a million",
        lambda: MILLION * upload_event(),
    ),
    "starts from the snapshot": ("a thousand", lambda: 1000 * MEMORY * RESTORED_GB),
    "writes of the result cache": ("a million", lambda: MILLION * S3_PUT),
    "requests that a web ACL inspects": ("a million", lambda: MILLION * WEB_ACL_REQUEST),
}
"""Rows of the table in docs/deploy.md: for what the price is, and the price."""


def bill() -> list[str]:
    """Return the rows of the table in docs/deploy.md."""
    return [f"| {item} | {unit} | {price():.2f} |" for item, (unit, price) in BILL.items()]


# --- Which is the cheapest ------------------------------------------------------------------------


def on_lambda(load: Load) -> float:
    """Return the price of a month on Lambda without a CDN."""
    one = request(load.cpu_ms, load.processor) + sent(load.size, INTERNET_GB)
    return idle() + load.warm * (keys_read() + settings_read()) + load.requests * one


def on_lambda_with_cdn(load: Load) -> float:
    """Return the price of a month on Lambda with a CDN."""
    one = with_cdn(load.cpu_ms, load.size, load.cdn_hits, load.processor)
    warm = max(1.0, load.warm * (1 - load.cdn_hits))
    read = keys_read() + origin_secrets_read() + settings_read()
    return idle() + SECRET + warm * read + load.requests * one


def containers(load: Load) -> int:
    """Return the number of containers of one processor that the peak needs."""
    second = load.requests / (DAYS * 86_400) * load.peak
    return max(1, math.ceil(second * SLOWER * load.cpu_ms / 1000 / UTILISATION))


def in_containers(load: Load) -> float:
    """Return the price of a month on Fargate behind a load balancer, without a CDN."""
    one = CONTAINER_CPU_HOUR[load.processor] + CONTAINER_GB * CONTAINER_GB_HOUR[load.processor]
    gigabytes = load.requests * load.size / 1e9
    fixed = containers(load) * HOURS * one + HOURS * BALANCER_HOUR + SECRET
    return (
        fixed
        + gigabytes * (BALANCER_GB + INTERNET_GB)
        + load.requests * (S3_GET + LOGS_GB * LOG_GB)
    )


CHOICES: Mapping[str, Callable[[Load], float]] = {
    "Lambda": on_lambda,
    "Lambda with CDN": on_lambda_with_cdn,
    "container": in_containers,
}


def compared(load: Load) -> list[str]:
    """Return a line for each choice, and one that names the cheapest."""
    prices = {name: price(load) for name, price in CHOICES.items()}
    lines = [f"{name:16}{price:12,.2f}" for name, price in prices.items()]
    lines.append(f"cheapest: {min(prices, key=lambda name: prices[name])}")
    day = break_even(load)
    if day is not None:
        lines.append(f"containers cost less than Lambda alone from {day:,.0f} requests a day on")
    return lines


def break_even(load: Load) -> float | None:
    """Return from how many requests a day on containers are cheaper than Lambda alone.

    To a tenth of a million, up to ten millions; None where Lambda stays cheaper.
    """
    steps = range(100, 0, -1)

    def is_cheaper(step: int) -> bool:
        month = replace(load, requests=step / 10 * MILLION * DAYS)
        return in_containers(month) < on_lambda(month)

    least = None
    for step in takewhile(is_cheaper, steps):
        least = step / 10 * MILLION
    return least


def positive(text: str) -> float:
    """Read a number from 0 on, for argparse."""
    number = float(text)
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 on")
    return number


def share(text: str) -> float:
    """Read a number from 0 to 1, for argparse."""
    if positive(text) > 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return float(text)


def main(arguments: list[str] | None = None) -> None:
    """Print the prices of a month."""
    load = Load(requests=0)
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    options = {
        "--thumbnails": ("requests", "requests a month, such as 10e6"),
        "--cpu": ("cpu_ms", "measured milliseconds of processor time of one"),
        "--bytes": ("size", "bytes of a reply"),
        "--cdn": ("cdn_hits", "share of the requests that a CDN answers from its cache"),
        "--warm": ("warm", "functions that are always warm"),
        "--peak": ("peak", "requests a second at the peak, by those of the average"),
    }
    for option, (name, described) in options.items():
        parser.add_argument(
            option,
            dest=name,
            type=share if option == "--cdn" else positive,
            metavar="NUMBER",
            required=name == "requests",
            default=getattr(load, name),
            help=described,
        )
    parser.add_argument("--processor", choices=LAMBDA_GB_SECOND, default=load.processor)
    given = replace(load, **vars(parser.parse_args(arguments)))
    print("US dollars a month; assumptions and prices are in tools/cost.py")
    print(*compared(given), sep="\n")


if __name__ == "__main__":
    main()
