# The server of docs/container.md: `darkroom serve` and `darkroom work`, for x86_64 and arm64.
# docker build --platform linux/arm64 -t darkroom .
# Pin the base image as well: --build-arg PYTHON=python:3.13-slim-trixie@sha256:… (docs/container.md).
ARG PYTHON=python:3.13-slim-trixie

# The native engine of the target's processor, built by the package that `make engine` uses.
FROM --platform=$BUILDPLATFORM ${PYTHON} AS engine
ARG TARGETARCH
WORKDIR /build
COPY engine/requirements.txt engine/requirements.txt
RUN python -m pip install --no-cache-dir --disable-pip-version-check -r engine/requirements.txt
COPY engine engine
RUN case "$TARGETARCH" in arm64) processor=aarch64 ;; *) processor=x86_64 ;; esac \
    && mkdir native && python engine/build.py native --processor "$processor"

# Third-party packages, each file compared with its hash in requirements-container.txt.
FROM ${PYTHON} AS packages
COPY requirements-container.txt .
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
        --target /opt/python -r requirements-container.txt \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/python

FROM ${PYTHON}
COPY --from=packages /opt/python /opt/python
COPY layers/fonts/fonts /opt/fonts
COPY layers/darkroom/darkroom /opt/darkroom/darkroom
COPY --from=engine /build/native/ /opt/darkroom/darkroom/imaging/
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/darkroom \
    && useradd --system --uid 10001 --no-create-home darkroom \
    && install -d -o darkroom /var/spool/darkroom
ENV PYTHONPATH=/opt/python:/opt/darkroom \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8080 \
    DARKROOM_MANAGEMENT_PORT=8081 \
    DARKROOM_SPOOL=/var/spool/darkroom \
    MALLOC_ARENA_MAX=2
# Bodies that are being received; the root file system may be read-only.
VOLUME ["/var/spool/darkroom", "/tmp"]
USER 10001
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8081/ready', timeout=2)"]
ENTRYPOINT ["python", "-m", "darkroom"]
CMD ["serve"]
