#!/usr/bin/env bash
# Installs what is missing, builds and runs every test under the address and undefined-behaviour sanitizers; with the
# word "threads" those tagged [concurrent] under the thread sanitizer too. Ends with ctest's closing line.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/setup.sh
build() {
  [ -f "build/$1/build.ninja" ] || cmake --preset "$1" >/dev/null
  echo "== building $1"
  cmake --build --preset "$1" -- --quiet
}

build asan
# ctest's own words at the end are what a reader looks for: keep the summary for last.
summary=build/asan/ctest-summary.txt
status=0
ctest --test-dir build/asan --output-on-failure -j "$(nproc)" 2>&1 | tee "$summary" || status=$?
[ "$status" -eq 0 ] || exit "$status"

# The same tests on the other engine, on a server that is thrown away.
deploy/setup.sh postgresql
postgres=$(mktemp -d)
trap 'deploy/postgres.sh stop "$postgres/server"; rm -rf "$postgres"' EXIT
chmod o+x "$postgres"
url=$(deploy/postgres.sh start "$postgres/server")
echo "== tests on PostgreSQL"
LAOKE_TEST_DATABASE=$url build/asan/tests/laoke_tests "~[sqlite],[postgres]"

# Real nodes killed, frozen and starved while they send; the books must balance (docs/reliability.md).
echo "== the breaking harness"
build/asan/tests/faults/laoke_faults --minutes "${FAULT_MINUTES:-4}"

# The thread sanitizer needs a build of its own, some ten minutes on two cores: on request.
if [ "${1:-}" = threads ]; then
  build tsan
  echo "== tests with threads, under the thread sanitizer"
  # The sanitizer of g++ 12 stops at start where addresses are randomised more than it knows; where it may, setarch
  # turns that off for this one process.
  fixed=()
  if setarch "$(uname -m)" -R true 2>/dev/null; then fixed=(setarch "$(uname -m)" -R); fi
  TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp halt_on_error=1 second_deadlock_stack=1" "${fixed[@]}" build/tsan/tests/laoke_tests "[concurrent]~[postgres]"
fi

grep 'tests passed' "$summary"
