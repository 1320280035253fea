#!/usr/bin/env bash
# Installs what is missing, builds and runs every test under the address and undefined-behaviour sanitizers on SQLite and
# on PostgreSQL, those tagged [concurrent] under the thread sanitizer, then the breaking harness. Ends with ctest's closing
# line. Seconds since the start stand in each heading.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/setup.sh
build() {
  [ -f "build/$1/build.ninja" ] || cmake --preset "$1" >/dev/null
  echo "== building $1 ($SECONDS s)"
  cmake --build --preset "$1" -- --quiet
}

# One more than there are processors: some parts wait for programs they started.
parts() { ctest --test-dir "build/$1" --output-on-failure -j "$(($(nproc) + 1))" "${@:2}"; }

build asan
echo "== every test ($SECONDS s)"
# ctest's own words at the end are what a reader looks for: keep the summary for last.
summary=build/asan/ctest-summary.txt
parts asan -L sqlite 2>&1 | tee "$summary"

# The same tests on the other engine, on a server that is thrown away.
deploy/setup.sh postgresql
postgres=$(mktemp -d)
trap 'deploy/postgres.sh stop "$postgres/server"; rm -rf "$postgres"' EXIT
chmod o+x "$postgres"
url=$(deploy/postgres.sh start "$postgres/server")
echo "== every test on PostgreSQL ($SECONDS s)"
LAOKE_TEST_DATABASE=$url parts asan -L postgres

build tsan
echo "== tests with threads, under the thread sanitizer ($SECONDS s)"
# The sanitizer of g++ 12 stops at start where addresses are randomised more than it knows; where it may, setarch
# turns that off for these processes.
fixed=()
if setarch "$(uname -m)" -R true 2>/dev/null; then fixed=(setarch "$(uname -m)" -R); fi
"${fixed[@]}" ctest --test-dir build/tsan --output-on-failure -LE postgres
LAOKE_TEST_DATABASE=$url "${fixed[@]}" ctest --test-dir build/tsan --output-on-failure -L postgres

# Real nodes killed, frozen and starved while they send; the books must balance (docs/reliability.md).
echo "== the breaking harness ($SECONDS s)"
build/asan/tests/faults/laoke_faults --minutes "${FAULT_MINUTES:-2}" --strikes 5
build/asan/tests/faults/laoke_faults --scenario batches --engine postgres --nodes 3 --strikes 4

grep 'tests passed' "$summary"
