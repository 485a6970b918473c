# What the searches of this folder share: an installation with some records in it, served on a free port of loopback.
# Sourced, not run. `work` is a folder that goes away with the script, `binary` the program.

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bin/tools.sh

target=${CARGO_TARGET_DIR:-$PWD/target}
binary=${SCHEDA_BINARY:-$target/debug/scheda}
[ -x "$binary" ] || cargo build -p scheda

work=$(mktemp -d)
server=
database=

finish() {
  stop_serving
  drop_database
  rm -rf "$work"
}
trap finish EXIT

# start_serving NAME ACCOUNTS CONTACTS: gives `base`, the address of its API, and `token`, an administrator's.
start_serving() {
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])') || return 1
  export SCHEDA_DATA=$work/$1.data SCHEDA_LISTEN=127.0.0.1:$port
  log=$work/$1.log
  base=http://127.0.0.1:$port/api/v1
  "$binary" demo --accounts "$2" --contacts "$3" --seed 7 >/dev/null || return 1
  echo "searching for faults 1" | "$binary" user add api@example.it --name Api --role administrator --password-stdin >/dev/null || return 1
  token=$("$binary" token create api@example.it) || return 1
  "$binary" serve >/dev/null 2>"$log" &
  server=$!
  for _ in $(seq 100); do
    curl -sf "http://127.0.0.1:$port/healthz" >/dev/null && return
    sleep 0.1
  done
  echo "The server does not answer:"
  cat "$log"
  return 1
}

stop_serving() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
  server=
}

drop_database() {
  [ -z "$database" ] || psql -q "$SCHEDA_TEST_POSTGRES" -c "DROP DATABASE $database WITH (FORCE)" || true
  database=
}

# on_both FUNCTION: calls it with `sqlite`; then with `postgresql`, on a database of its own, where SCHEDA_TEST_POSTGRES
# names a server with an administrator's address. Fails when one of the two did.
on_both() {
  local failed=0
  "$1" sqlite || failed=1
  stop_serving
  if [ -n "${SCHEDA_TEST_POSTGRES:-}" ]; then
    database=scheda_api_$$
    psql -q "$SCHEDA_TEST_POSTGRES" -c "CREATE DATABASE $database"
    export SCHEDA_DATABASE_URL=${SCHEDA_TEST_POSTGRES%/*}/$database
    "$1" postgresql || failed=1
    stop_serving
    drop_database
    unset SCHEDA_DATABASE_URL
  fi
  return "$failed"
}
