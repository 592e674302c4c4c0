"""`darkroom serve` with a store at AWS_ENDPOINT_URL_S3; takes the port and the worker processes."""

import os
import sys

from benchmarks.workers.darkroom_handler import ENVIRONMENT
from darkroom.server.serve import serve

if __name__ == "__main__":
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # its log
    os.environ |= {**ENVIRONMENT, "DARKROOM_WORKERS": sys.argv[2]}
    sys.exit(serve(["--port", sys.argv[1]]))
