"""What kind of request it is, in few words: what metrics are told apart by."""

from darkroom.errors import OssError
from darkroom.operations import OPERATIONS
from darkroom.web.messages import Request
from darkroom.web.reading import PROCESS
from darkroom.web.submitting import ASYNC_PROCESS

OTHER = "other"
ASYNC = "async"

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})


def kind_of(request: Request) -> str:
    """Name the first action of a process, else the method in lower case.

    Whatever is sent, the words are from a short list: each is a metric of its own.
    """
    try:
        query = request.query
    except OssError:
        return OTHER
    if ASYNC_PROCESS in query:
        return ASYNC
    process = query.get(PROCESS)
    if process is None:
        return request.method.lower() if request.method in METHODS else OTHER
    if not process:
        return "saveas"
    return _action(process)


def _action(process: str) -> str:
    family, _, actions = process.partition("/")
    if family == "style":
        return family
    name = actions.partition("/")[0].partition(",")[0]
    return name if name in OPERATIONS else OTHER
