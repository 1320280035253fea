#!/usr/bin/env bash
# Installs what building and running Laoke needs on Debian 12, and the packages named as arguments (deploy/test.sh names a
# PostgreSQL server). Does nothing when all of it is there.
set -euo pipefail

packages=(
  build-essential cmake ninja-build ccache pkg-config ca-certificates tzdata
  libcpp-httplib-dev libssl-dev zlib1g-dev libbrotli-dev
  libsqlitecpp-dev libsqlite3-dev libpq-dev nlohmann-json3-dev catch2
  libicu-dev libspdlog-dev libcli11-dev libtomlplusplus-dev
  libphonenumber-dev libhowardhinnant-date-dev libical-dev
  libcsv-dev libyaml-cpp-dev libkainjow-mustache-dev libpugixml-dev
  "$@"
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "These packages are missing: ${missing[*]}" >&2
    echo "Run deploy/setup.sh once as root, or install sudo." >&2
    exit 1
  }
  as_root=(sudo)
fi

# Another apt (unattended upgrades on a fresh machine) may hold the lock for minutes: wait for it.
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -q)
for attempt in 1 2 3; do
  if "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; then exit 0; fi
  echo "Installing did not work (attempt $attempt of 3)." >&2
  sleep $((attempt * 5))
done
echo "Could not install: ${missing[*]}. Check the network and the sources in /etc/apt, then run deploy/setup.sh again." >&2
exit 1
