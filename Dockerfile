# The product as one image: `coach` is its entry point, `serve` what it does unless told otherwise.
# Written are /data and /tmp alone, so the root may be read-only. No secret is in it: settings come at the start.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/coach
# What others wrote, by version and hash; this layer is made again only when the lock changes.
COPY requirements.lock /locks/
RUN /opt/coach/bin/pip install --require-hashes -r /locks/requirements.lock
# The build backend stands beside, by version and hash too: the image has no need of it.
COPY requirements-dev.lock /locks/
RUN awk '/^[a-z]/ { keep = /^(hatchling|editables|packaging|pathspec|pluggy|trove-classifiers)==/ } keep' \
        /locks/requirements-dev.lock > /locks/build.lock \
    && /opt/coach/bin/pip install --require-hashes --target /build -r /locks/build.lock
# What we wrote is installed as the tree that the tests run on: the API serves docs/errors beside the packages.
WORKDIR /app
COPY pyproject.toml README.md ./
COPY ingest ingest
COPY coach coach
COPY ui ui
COPY evals evals
COPY docs/errors docs/errors
COPY corpus corpus
RUN PYTHONPATH=/build /opt/coach/bin/pip install --no-deps --no-build-isolation --editable .
RUN /opt/coach/bin/python -m compileall -q /app
# Weights are checked by sha256 as they are fetched.
RUN COACH_WEIGHTS_DIR=/opt/weights /opt/coach/bin/coach weights fetch

FROM python:3.11.14-slim-bookworm
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Interview coach" \
      org.opencontainers.image.description="Cited answer outlines, every quote checked before it is shown" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="python:3.11.14-slim-bookworm"
RUN groupadd --gid 10001 coach \
    && useradd --uid 10001 --gid coach --no-create-home --home-dir /tmp --shell /usr/sbin/nologin coach \
    && install --directory --owner=coach --group=coach /data
COPY --from=build /opt/coach /opt/coach
COPY --from=build /opt/weights /opt/weights
COPY --from=build /app /app
ENV PATH=/opt/coach/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    COACH_DATA_DIR=/data \
    COACH_WEIGHTS_DIR=/opt/weights \
    COACH_HOST=0.0.0.0
WORKDIR /app
USER coach
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=5)"]
ENTRYPOINT ["coach"]
CMD ["serve"]
