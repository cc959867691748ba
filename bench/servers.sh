# Starts and stops what is measured, each time fresh and in a folder of its own. Sourced by bin/bench after bin/setup.sh.

on_server_core=()
on_load_core=()
if [ "$(nproc)" -ge 2 ] && command -v taskset >/dev/null; then
  on_server_core=(taskset -c 0)
  on_load_core=(taskset -c 1)
fi

folder=
server_pid=0
database_pid=0

# The machine, for the result: no number without it.
machine() {
  local where
  where=$(df --output=fstype "${TMPDIR:-/tmp}" | tail -n 1)
  say "$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), $(nproc) cores, Linux $(uname -r), .NET $(dotnet --version)," \
    "$(postgres_bin >/dev/null && "$(postgres_bin)/postgres" --version || echo 'no PostgreSQL'), data on $where, load average $(cut -d' ' -f1 /proc/loadavg)"
  [ "${#on_server_core[@]}" != 0 ] || say "There is one core, or no taskset: server and load are NOT kept apart."
  [ "$where" != tmpfs ] || say "The data lies in memory: 'durable' means nothing here. Set TMPDIR to a folder on a disk."
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# wait_until SECONDS COMMAND… — true once the command succeeds, false when the time is over.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

postgres_bin() {
  local bin
  bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  [ -x "$bin/initdb" ] && echo "$bin"
}

# PostgreSQL does not run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

# start_postgres — a cluster of its own with every default (fsync on, shared_buffers 128 MB, 100 connections); sets database_pid and database_url.
start_postgres() {
  local bin port data=$folder/postgres
  bin=$(postgres_bin) || { say "PostgreSQL is not installed."; return 1; }
  port=$(free_port)
  chmod 755 "$folder"
  mkdir "$data"
  [ "$(id -u)" != 0 ] || chown postgres "$data"
  as_postgres "$bin/initdb" -D "$data" -U fastchat --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$folder/log" 2>&1 || return 1
  "${on_server_core[@]}" bash -c "$(declare -f as_postgres); as_postgres \"\$@\"" - \
    "$bin/pg_ctl" -w -D "$data" -l "$data/log" -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data" start >"$folder/log" 2>&1 || return 1
  database_pid=$(head -n 1 "$data/postmaster.pid")
  "$bin/createdb" -h 127.0.0.1 -p "$port" -U fastchat fastchat
  database_url="postgresql://fastchat@127.0.0.1:$port/fastchat?sslmode=disable"
}

# start_server sqlite|postgres|relay — sets url, server_pid and database_pid; false if it does not come up.
start_server() {
  local database_url=
  folder=$(mktemp -d)
  url="http://127.0.0.1:$(free_port)"
  case $1 in
    sqlite) database_url="sqlite:$folder/fastchat.db" ;;
    postgres) start_postgres || return 1 ;;
    relay) ;;
    *) die "There is no database $1." ;;
  esac
  if [ "$1" = relay ]; then
    "${on_server_core[@]}" "$root/artifacts/bin/FastChat.Relay/release/FastChat.Relay" --urls "$url" >"$folder/log" 2>&1 &
  else
    # One machine plays thousands of users: no limit but the queues' own.
    DATABASE_URL=$database_url MANAGEMENT_URL='' \
      Limits__MessagesPerMinute=0 Limits__FramesPerSecond=0 Limits__GuestsPerHour=0 Limits__ConnectionsPerUser=0 \
      Limits__HellosPerSecond=0 Limits__ConnectionsPerAddress=0 Limits__RequestsPerMinute=0 \
      "${on_server_core[@]}" "$publish/fastchat" --urls "$url" >"$folder/log" 2>&1 &
  fi
  server_pid=$!
  wait_until 30 is_ready_or_gone
  kill -0 "$server_pid" 2>/dev/null
}

is_ready_or_gone() {
  curl -sf -o /dev/null "$url/health/ready" || ! kill -0 "$server_pid" 2>/dev/null
}

# stop_server — ends server and database and removes their folder.
stop_server() {
  if [ "$server_pid" != 0 ]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  if [ "$database_pid" != 0 ]; then
    as_postgres "$(postgres_bin)/pg_ctl" -m immediate -w -D "$folder/postgres" stop >/dev/null 2>&1 || true
  fi
  [ -z "$folder" ] || rm -rf "$folder"
  folder=
  server_pid=0
  database_pid=0
}
