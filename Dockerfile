# Repartie in a container: docs/operating.md says how to run it; compose.yaml runs it with PostgreSQL.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /opt/repartie
# What the lock names and hashes, nothing else. Apart from our own code, so that a change of it does not install all anew.
COPY requirements.lock ./
RUN /opt/repartie/bin/pip install --no-deps --no-compile --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE repartie.example.yaml ./
COPY deploy/ deploy/
COPY config/ config/
COPY models/ models/
COPY listener/ listener/
COPY responders/ responders/
COPY sandbox/ sandbox/
COPY repartie/ repartie/
# Bytecode of all but transformers, of which we use little: one judgement writes what that needs.
RUN /opt/repartie/bin/pip install --no-deps --no-compile --no-index --no-build-isolation . \
 && /opt/repartie/bin/pip uninstall --yes hatchling trove-classifiers pip \
 && /opt/repartie/bin/python -m compileall -q -j 0 -x /transformers/ /opt/repartie \
 && /opt/repartie/bin/python -c "from models.ml.classifier import Classifier; Classifier().probabilities(['Bonjour'])"

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Repartie" org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /var/lib/repartie --create-home --shell /usr/sbin/nologin repartie
COPY --from=build /opt/repartie /opt/repartie
ENV PATH=/opt/repartie/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    LANG=C.UTF-8 \
    REPARTIE_CONFIG=/etc/repartie/repartie.yaml \
    REPARTIE_DATABASE=sqlite:////var/lib/repartie/repartie.db
USER 10001:10001
# The only place that is written; with PostgreSQL, the marks of living processes.
WORKDIR /var/lib/repartie
VOLUME /var/lib/repartie
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "repartie.health"]
ENTRYPOINT ["repartie"]
CMD ["run"]
