#!/usr/bin/env bash
# Moves a large shop from SQLite to a PostgreSQL of its own with `laoke migrate` and proves that nothing changed.
#   bench/move_postgres.sh [--customers 1000000] [--from FILE, made when it is not there, and kept]
# BUILD says where the programs are (build/bench; built there when missing), TMPDIR where the databases go: a shop of a
# million needs some 5 GB there. Needs Debian's postgresql.
set -euo pipefail
case " $* " in *' --help '* | *' -h '*) sed -n '2,/^set/{/^#/s/^# \?//p}' "$0"; exit 0 ;; esac
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build/bench}
if ! [ -x "$build/bench/move_bench" ] || ! [ -x "$build/laoke" ]; then
  (cd "$root" && cmake --preset bench && cmake --build --preset bench --target laoke move_bench) >&2
fi

server=$(mktemp -d "${TMPDIR:-/tmp}/move_postgres.XXXXXX")
chmod 0755 "$server"
trap '"$root/deploy/postgres.sh" stop "$server/pg" || true; rm -rf "$server"' EXIT
url=$("$root/deploy/postgres.sh" start "$server/pg")
"$build/bench/move_bench" --to "$url" --program "$build/laoke" "$@"
