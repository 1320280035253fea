#!/bin/sh
# Memory and start of the release program: resident memory of an idle `laoke serve`, and the time from its start to its
# first answer, for an empty shop and for one of many customers, in interleaved rounds.
#   bench/footprint.sh [PROGRAM, default build/release/laoke] [customers, default 1000000] [rounds, default 5]
# TMPDIR says where the databases go. Needs sqlite3 and curl.
set -eu
program=${1:-build/release/laoke}
customers=${2:-1000000}
rounds=${3:-5}
port=${LAOKE_BENCH_PORT:-18471}
[ -x "$program" ] || { echo "footprint.sh: there is no program '$program': build it first" >&2; exit 2; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/footprint.XXXXXX")
server=
finish() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"; }
trap finish EXIT INT TERM

now_ms() { date +%s%3N; }
start() { # shop -> milliseconds from start to the first answer
  began=$(now_ms)
  "$program" serve --data-dir "$folder/$1" --database "sqlite:$folder/$1/laoke.db" --listen "127.0.0.1:$port" >"$folder/$1.log" 2>&1 &
  server=$!
  until curl -sf -o "$folder/answer" "http://127.0.0.1:$port/readyz"; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/$1.log" >&2; exit 1; }
    sleep 0.005
  done
  took=$(($(now_ms) - began))
}
stop() { kill "$server"; wait "$server" || true; server=; }
resident_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

mkdir "$folder/empty" "$folder/large"
for shop in empty large; do start $shop; stop; done
sqlite3 "$folder/large/laoke.db" "
  CREATE TEMP TABLE shop AS SELECT shop_id FROM shops LIMIT 1;
  INSERT INTO customers SELECT shop_id, 1000000 + n, 'customer ' || n, '|customer ' || n || '|', '', '', '', '', 'import', NULL, '', NULL, 0, 0
    FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < $customers) SELECT n FROM c), shop;
  INSERT INTO customer_facts SELECT shop_id, customer_id, 0, 0, '', '', 0, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL FROM customers;
  UPDATE id_blocks SET next_id = 1000001 + $customers + 1000;" || { echo "footprint.sh: could not fill the large shop" >&2; exit 1; }

empty='' large='' memory='' memory_large=''
for round in $(seq "$rounds"); do
  start empty; empty="$empty $took"; sleep 3; memory="$memory $(resident_kib)"; stop
  start large; large="$large $took"; sleep 3; memory_large="$memory_large $(resident_kib)"; stop
done
set -- $(median $empty) $(median $large) $(median $memory) $(median $memory_large)
echo "start to first answer: empty $1 ms ($empty ), $customers customers $2 ms ($large )"
awk -v e="$1" -v l="$2" 'BEGIN { printf "ratio %.2f (goal <= 1.5)\n", l / e }'
awk -v e="$3" -v l="$4" 'BEGIN { printf "idle memory: empty %.1f MiB, large %.1f MiB (goal <= 25)\n", e / 1024, l / 1024 }'
