#!/usr/bin/env bash
# Laoke and its peers in turn on this machine: interleaved rounds, medians, ratios beside what is promised.
#   bench/side_by_side.sh [options]
#     --parts ingest,slow,postgres,outbound   slow: 2 ms more in each fsync
#     --rounds 3  --seconds 4                 of each contender
#     --connections 32,64  --messages 20000
#     --build build/bench                     where the programs are; built there when missing
#     --json                                  the figures of all rounds
# Peers: grammY with better-sqlite3 and with node-pg, bare Node with one commit a turn of its loop, the bare HTTP library,
# bare SQLite, and on PostgreSQL our own pool of 16 with a transaction for each request. Needs Node 20 with npm, a C++ compiler for better-sqlite3, and PostgreSQL for that part. TMPDIR says where
# the databases go: put it on the disk you mean to measure, and leave the machine alone meanwhile.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
case " $* " in *' --help '* | *' -h '*) sed -n '2,/^set/{/^#/s/^# \?//p}' "$0"; exit 0 ;; esac
command -v npm >/dev/null || { echo "side_by_side.sh: needs Node 20 and npm (https://nodejs.org)" >&2; exit 2; }

build=build/bench
previous=
for argument in "$@"; do
  case $argument in --build=*) build=${argument#--build=} ;; esac
  [ "$previous" != --build ] || build=$argument
  previous=$argument
done
if [ "$build" = build/bench ] && ! [ -e "$root/build/bench/bench/libslow_fsync.so" ]; then
  (cd "$root" && cmake --preset bench && cmake --build --preset bench --target side_by_side) >&2
fi

# Without its native part better-sqlite3 builds from source; Node's own headers are there on most machines.
prefix=$(node -p 'require("path").resolve(process.execPath, "../..")')
[ -n "${npm_config_nodedir:-}" ] || ! [ -e "$prefix/include/node/node.h" ] || export npm_config_nodedir=$prefix
modules=$root/bench/peers/node_modules
if ! [ -e "$modules/better-sqlite3/build/Release/better_sqlite3.node" ] || [ "$root/bench/peers/package-lock.json" -nt "$modules/.package-lock.json" ]; then
  npm --prefix "$root/bench/peers" ci --no-audit --no-fund >&2
fi
exec node "$root/bench/peers/side_by_side.mjs" "$@"
