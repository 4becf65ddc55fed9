#!/usr/bin/env bash
# Checks what Django knows about itself: migrations, system and deployment checks, and that the diagram of states, the
# API's schema and the front end's types made from it are those in the repository. Works in a data folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CHEEMS_DATA_DIR=$scratch/data

manage() { .venv/bin/python manage.py "$@"; }

manage makemigrations --check --dry-run
.venv/bin/python -m scripts.draw_states --check

# As docs/operators.md says to deploy.
DATABASE_URL="sqlite:///$scratch/deploy.sqlite3" \
    SECRET_KEY=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
    ALLOWED_HOSTS=annotate.example.org BEHIND_TLS_PROXY=1 SECURE_SSL_REDIRECT=1 SECURE_HSTS_SECONDS=31536000 \
    manage check --deploy --fail-level WARNING

manage spectacular --format openapi-json --validate --fail-on-warn --file "$scratch/openapi.json"
(cd frontend && npx --no-install openapi-typescript "$scratch/openapi.json" --output "$scratch/schema.d.ts" >/dev/null)
for pair in "frontend/openapi.json openapi.json" "frontend/src/api/schema.d.ts schema.d.ts"; do
    read -r kept made <<<"$pair"
    if ! diff --unified=1 "$kept" "$scratch/$made" >"$scratch/difference"; then
        head -40 "$scratch/difference" >&2
        echo "$kept is not what the code says; run \`make schema\`." >&2
        exit 1
    fi
done
