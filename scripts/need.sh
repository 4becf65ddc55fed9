#!/usr/bin/env bash
# Installs Debian packages: scripts/need.sh PACKAGE...
# Where that cannot be done without asking, it says what to install and fails.
set -euo pipefail

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing on this machine: $* (Debian's package names). Install them, or run this as root on Debian." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends "$@"
