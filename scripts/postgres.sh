#!/usr/bin/env bash
# A private PostgreSQL for tests: own data folder, own port on loopback, durability off.
# Usage: scripts/postgres.sh start | stop | url
set -eu
port=${PG_TEST_PORT:-54329}
data=${PG_TEST_DATA:-/tmp/workrelief-pg-$(id -u)-$port}
url="postgresql://workrelief@127.0.0.1:$port/workrelief"
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
as_server() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
case "${1:-}" in
  url) echo "$url" ;;
  start)
    [ -n "$bin" ] || { echo "PostgreSQL is not installed" >&2; exit 3; }
    if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && "$bin/psql" -qAt -d "$url" -c 'select 1' >/dev/null 2>&1; then exit 0; fi
    rm -rf "$data"; mkdir -p "$data"
    [ "$(id -u)" -eq 0 ] && chown postgres:postgres "$data"
    cd "$data"
    as_server "$bin/initdb" -D "$data/db" -U workrelief -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_server "$bin/pg_ctl" -D "$data/db" -w -t 60 -l "$data/log" -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=256MB -c max_connections=60 -c max_wal_size=2GB" start >/dev/null
    "$bin/createdb" -h 127.0.0.1 -p "$port" -U workrelief workrelief
    ;;
  stop)
    [ -n "$bin" ] && [ -d "$data/db" ] || exit 0
    cd "$data"
    as_server "$bin/pg_ctl" -D "$data/db" -m immediate stop >/dev/null 2>&1 || true
    cd /; rm -rf "$data"
    ;;
  *) echo "usage: $0 start|stop|url" >&2; exit 2 ;;
esac
