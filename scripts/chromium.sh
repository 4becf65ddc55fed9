#!/usr/bin/env bash
# Sees to what the browser tests need: Chromium, and a font with Chinese characters.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
# fc-list belongs to a package of its own and may be absent where fonts are not.
if ! fc-list :lang=zh 2>/dev/null | grep -q . && ! [ -d /usr/share/fonts/opentype/noto ]; then
    missing+=(fonts-noto-cjk)
fi
if [ "${#missing[@]}" -gt 0 ]; then
    if [ -n "${CHROMIUM:-}" ] && [ "${missing[0]}" = chromium ]; then
        echo "CHROMIUM is set to $CHROMIUM, which is no program." >&2
        exit 1
    fi
    scripts/need.sh "${missing[@]}"
fi
