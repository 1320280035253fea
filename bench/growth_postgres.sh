#!/usr/bin/env bash
# The cost of one callback, due reminder and planned recipient by the size of the shop, on a PostgreSQL of its own that
# keeps its promises (fsync on) and goes away afterwards.
#   bench/growth_postgres.sh [--customers 10000,100000,1000000] [--rounds 3] [--seconds 4]
# BUILD says where the programs are (build/bench; built there when missing), TMPDIR where the databases go: put it on the
# disk you mean to measure, and leave the machine alone meanwhile. Needs Debian's postgresql.
set -euo pipefail
case " $* " in *' --help '* | *' -h '*) sed -n '2,/^set/{/^#/s/^# \?//p}' "$0"; exit 0 ;; esac
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build/bench}

sizes=10000,100000,1000000
previous=
for argument in "$@"; do
  case $argument in --customers=*) sizes=${argument#--customers=} ;; esac
  [ "$previous" != --customers ] || sizes=$argument
  previous=$argument
done
if ! [ -x "$build/bench/growth_bench" ]; then
  (cd "$root" && cmake --preset bench && cmake --build --preset bench --target growth_bench) >&2
fi

server=$(mktemp -d "${TMPDIR:-/tmp}/growth_postgres.XXXXXX")
chmod 0755 "$server"
trap '"$root/deploy/postgres.sh" stop "$server/pg" || true; rm -rf "$server"' EXIT
url=$("$root/deploy/postgres.sh" start "$server/pg")
psql "$url" -q -c 'ALTER SYSTEM SET fsync = on' -c 'ALTER SYSTEM SET full_page_writes = on'
"$root/deploy/postgres.sh" restart "$server/pg"
for size in ${sizes//,/ }; do psql "$url" -q -c "CREATE DATABASE growth_$size"; done
[ "$(psql "$url" -Atc 'SHOW fsync')" = on ]
"$build/bench/growth_bench" --database "${url/postgres\?/growth_{\}?}" "$@"
