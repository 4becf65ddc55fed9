# One image for web server, workers and engine; docker-compose.yml says which command each of them runs.

FROM node:20-slim AS frontend
WORKDIR /frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# An index with another build of torch, for hosts without a GPU: docker compose build --build-arg PIP_EXTRA_INDEX_URL=...
ARG PIP_EXTRA_INDEX_URL
WORKDIR /app
COPY requirements.txt ./
RUN pip install -r requirements.txt

COPY manage.py ./
COPY annotation_site/ annotation_site/
COPY annotate/ annotate/
COPY rm_training/ rm_training/
COPY collaboration/ collaboration/
COPY demo/ demo/
COPY locale/ locale/
RUN pybabel compile --directory locale --domain django
COPY --from=frontend /frontend/dist/ frontend/dist/

# A volume first mounted here takes over the folder's owner.
RUN useradd --uid 10001 --create-home cheems && install --directory --owner cheems --group cheems /data
USER cheems
ENV CHEEMS_DATA_DIR=/data HF_HOME=/data/huggingface
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "annotation_site.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "8", "--no-control-socket"]
