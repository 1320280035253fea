#!/usr/bin/env bash
# A throwaway PostgreSQL in a folder of its own: nothing of it is durable, nobody else reaches it.
#   deploy/postgres.sh start DIR     makes and starts one there, prints its URL
#   deploy/postgres.sh stop DIR      stops it
#   deploy/postgres.sh restart DIR   stops it at once, cutting every connection, and starts it again
set -euo pipefail

[ $# -eq 2 ] || { sed -n 's/^#  //p' "$0" >&2; exit 2; }
dir=$(realpath -m "$2")

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
  echo "deploy/postgres.sh: PostgreSQL is not installed: apt-get install postgresql" >&2
  exit 1
fi

# The server refuses to run as root.
as_owner() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; else (cd / && exec setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$dir" "$@"); fi
}

start_server() { as_owner "$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/log" --wait --silent start >&2; }

start() {
  mkdir -p "$dir"
  [ "$(id -u)" -ne 0 ] || chown postgres: "$dir"
  as_owner "$bin/initdb" --pgdata="$dir/data" --username=laoke --auth=trust --encoding=UTF8 --locale=C --no-sync >"$dir/initdb.log"
  # fsync off: a power cut may destroy it, and it is ten times as fast. Its only door is a socket in its folder.
  as_owner tee -a "$dir/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
fsync = off
full_page_writes = off
max_connections = 200
shared_buffers = 64MB
max_wal_size = 256MB
CONF
  start_server
  echo "postgresql:///postgres?host=$dir&user=laoke"
}

stop() { [ ! -f "$dir/data/postmaster.pid" ] || as_owner "$bin/pg_ctl" --pgdata="$dir/data" --wait --silent --mode=immediate stop >&2; }

case $1 in
  start) start ;;
  stop) stop ;;
  restart) stop && start_server ;;
  *) echo "deploy/postgres.sh: '$1' is not understood; allowed is start, stop, restart" >&2; exit 2 ;;
esac
