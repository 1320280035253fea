#!/usr/bin/env bash
# A shop under constant load: customers write at a steady rate, each message is stored and relayed to the owner, and memory
# and latency are sampled. Says at the end whether both stayed flat; exit code 1 when not.
#   bench/soak.sh [minutes, default 3] [messages a second, default 200] [folder of the programs, default build/bench]
# The long one by hand: bench/soak.sh 60. A sample takes 5 s, from ten minutes on 20. TMPDIR says where the database goes.
set -euo pipefail
minutes=${1:-3} rate=${2:-200} build=${3:-build/bench}
root=$(cd "$(dirname "$0")/.." && pwd)
case $build in /*) ;; *) build=$root/$build ;; esac
for program in laoke bench/load bench/fake_telegram; do
  [ -x "$build/$program" ] || { echo "soak.sh: there is no '$build/$program': cmake --build --preset bench --target side_by_side" >&2; exit 2; }
done
seconds=5
[ "${minutes%.*}" -lt 10 ] || seconds=20
samples=$(awk -v m="$minutes" -v s="$seconds" 'BEGIN { n = int(m * 60 / s); print n < 6 ? 6 : n }')

folder=$(mktemp -d "${TMPDIR:-/tmp}/soak.XXXXXX")
server='' fake=''
finish() { for process in $server $fake; do kill "$process" 2>/dev/null || true; done; wait; rm -rf "$folder"; }
trap finish EXIT
trap 'exit 1' INT TERM

"$build/bench/fake_telegram" >"$folder/api_port" &
fake=$!
until [ -s "$folder/api_port" ]; do kill -0 "$fake"; sleep 0.05; done
api=http://127.0.0.1:$(cat "$folder/api_port")
port=${LAOKE_BENCH_PORT:-18472}
mkdir -m 700 "$folder/data"
laoke() { "$build/laoke" --data-dir "$folder/data" --language en "$@"; }
laoke channel add bot --kind telegram --no-check --set token=7700112233:bench --set secret=soak --set mode=webhook --set "api_base=$api" \
  --set messages_per_second=1000 --set contact_messages_per_second=1000 >"$folder/made"
code=$(laoke staff add Owner --role owner --json | sed -n 's/.*"pairing_code": *"\([^"]*\)".*/\1/p')
"$build/laoke" serve --data-dir "$folder/data" --listen "127.0.0.1:$port" --public-url https://shop.example --log-level warning >"$folder/log" 2>&1 &
server=$!
until curl -sf -o "$folder/answer" "http://127.0.0.1:$port/readyz"; do
  kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 2; }
  sleep 0.05
done
curl -sf -o "$folder/answer" -H 'Content-Type: application/json' -H 'X-Telegram-Bot-Api-Secret-Token: soak' "http://127.0.0.1:$port/hooks/bot" \
  -d '{"update_id":1,"message":{"message_id":1,"from":{"id":77,"is_bot":false,"first_name":"Owner"},"chat":{"id":77,"type":"private"},"date":'"$(date +%s)"',"text":"/pair '"$code"'"}}'

field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" <<<"$2"; }
resident_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }
first=0
load_for() { # seconds -> $result
  result=$("$build/bench/load" "$port" /hooks/bot --secret soak --connections 16 --rate "$rate" --seconds "$1" --first "$first") || {
    echo "soak.sh: callbacks were refused: $result" >&2
    cat "$folder/log" >&2
    exit 1
  }
  first=$((first + $(field answered "$result")))
}

echo "$rate messages a second for $samples samples of $seconds s; warming up"
load_for $((seconds * 3))
echo "   s   answered   p50 ms   p99 ms   resident MiB"
for sample in $(seq "$samples"); do
  load_for "$seconds"
  line="$((sample * seconds)) $(field answered "$result") $(field p50_ms "$result") $(field p99_ms "$result") $(resident_kib)"
  echo "$line" >>"$folder/samples"
  awk '{ printf "%4d %10d %8.2f %8.2f %14.1f\n", $1, $2, $3, $4, $5 / 1024 }' <<<"$line"
done

# The owner's answer to the code is one message more than were relayed.
for _ in $(seq 100); do
  relayed=$(curl -sf "$api/accepted")
  [ "$relayed" -lt "$first" ] || break
  sleep 0.1
done
middle() { # column, first or last third -> the median there
  { if [ "$2" = first ]; then head -n $((samples / 3)); else tail -n $((samples / 3)); fi; } <"$folder/samples" |
    sort -n -k"$1,$1" | awk -v c="$1" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'
}
echo
echo "relayed $relayed of $first messages"
# What a third of the run may differ by: an allocator's pages, and the noise of a shared machine.
awk -v m1="$(middle 5 first)" -v m2="$(middle 5 last)" -v a1="$(middle 3 first)" -v a2="$(middle 3 last)" \
  -v b1="$(middle 4 first)" -v b2="$(middle 4 last)" -v relayed="$relayed" -v sent="$first" '
  function verdict(ok) { if (!ok) bad = 1; return ok ? "flat" : "NOT FLAT" }
  BEGIN {
    printf "memory   first third %8.1f MiB   last third %8.1f MiB   %s (at most 5 %% and 1 MiB more)\n", m1 / 1024, m2 / 1024, verdict(m2 <= m1 * 1.05 + 1024)
    printf "p50      first third %8.2f ms    last third %8.2f ms    %s (at most 1.5 times and 0.5 ms more)\n", a1, a2, verdict(a2 <= a1 * 1.5 + 0.5)
    printf "p99      first third %8.2f ms    last third %8.2f ms    %s (at most 2 times and 1 ms more)\n", b1, b2, verdict(b2 <= b1 * 2 + 1)
    if (relayed < sent) { print "the relay fell behind: NOT FLAT"; bad = 1 }
    exit bad
  }'
