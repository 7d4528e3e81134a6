# One image for every process of the portal; the command says which: the lines of the Procfile.

FROM node:22-bookworm-slim AS browser
WORKDIR /portal
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap ffmpeg gettext libmagic1 \
    libchromaprint-tools tesseract-ocr tesseract-ocr-ara tesseract-ocr-eng \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /data portal
WORKDIR /portal
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY --from=browser /portal/node_modules node_modules
COPY . .
# The translations and the static files belong to the image; the secret is only for this step.
RUN for source in locale/*/LC_MESSAGES/django.po; do \
      [ ! -e "$source" ] || msgfmt --check-format -o "${source%.po}.mo" "$source" || exit 1; done \
 && STATIC_ROOT=/portal/collected SECRET_KEY=not-kept-in-the-image-and-used-by-nothing-else \
    python manage.py collectstatic --no-input --skip-checks -v 0

ENV HOST=0.0.0.0 PORT=8000 VAR_DIR=/data STATIC_ROOT=/portal/collected PYTHONUNBUFFERED=1
USER portal
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=4)"]
# SECRET_KEY, DATABASE_URL and REDIS_URL must be given, and MASTER_KEYS where videos are to be encrypted. `honcho start ingest`, `transcode`, `upkeep` and `beat` are the
# workers, `honcho start watch` takes in what is laid into WATCH_FOLDER.
CMD ["honcho", "start", "-e", "/dev/null", "web"]
