#!/usr/bin/env bash
# Searches the API for faults from its own OpenAPI text: no answer may be a 5xx, and each must be what the text says.
#
#   tests/api/schemathesis.sh [SECONDS]     for each database, 120 unless told otherwise
#
# On SQLite, and on PostgreSQL where SCHEDA_TEST_POSTGRES names a server with an administrator's address.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-120}
target=${CARGO_TARGET_DIR:-$PWD/target}
binary=${SCHEDA_BINARY:-$target/debug/scheda}
[ -x "$binary" ] || cargo build -p scheda

if ! command -v schemathesis >/dev/null; then
  venv=$target/schemathesis
  [ -x "$venv/bin/schemathesis" ] || {
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
  }
  PATH=$venv/bin:$PATH
fi

work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# search DATABASE: serves an installation with some records in it, and searches it.
search() {
  local name=$1 found=0
  port=$(free_port)
  export SCHEDA_DATA=$work/$name SCHEDA_LISTEN=127.0.0.1:$port
  "$binary" demo --accounts 30 --contacts 60 --seed 7 >/dev/null
  echo "searching for faults 1" | "$binary" user add api@example.it --name Api --role administrator --password-stdin >/dev/null
  token=$("$binary" token create api@example.it)
  "$binary" serve >"$work/$name.out" 2>"$work/$name.log" &
  server=$!
  for _ in $(seq 100); do
    curl -sf "http://127.0.0.1:$port/healthz" >/dev/null && break
    sleep 0.1
  done
  printf '\n== %s\n' "$name"
  # Users last, and without going on from one answer to the next: it would soon have deactivated the user that it is.
  faults --exclude-path-regex '^/api/v1/users' --phases examples,coverage,fuzzing,stateful --max-time "$seconds" || found=1
  faults --include-path-regex '^/api/v1/users' --phases examples,coverage,fuzzing --max-time $((seconds / 4 + 1)) || found=1
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
  [ "$found" = 0 ] || tail -n 20 "$work/$name.log"
  return "$found"
}

# One worker: with several, Python 3.11 loses count of its recursion and the search breaks off by itself.
# faults ARGUMENT…: one search of what is served. Addresses of thousands of letters are cut in what is shown.
faults() {
  set -o pipefail
  schemathesis run "http://127.0.0.1:$port/api/v1/openapi.json" \
    --header "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method,ignored_auth \
    --max-examples 40 --workers 1 --request-timeout 20 --suppress-health-check all --no-shrink --warnings off "$@" |
    cut -c 1-600
}

failed=0
search sqlite || failed=1
if [ -n "${SCHEDA_TEST_POSTGRES:-}" ]; then
  database=scheda_api_$$
  admin=$SCHEDA_TEST_POSTGRES
  psql -q "$admin" -c "CREATE DATABASE $database"
  export SCHEDA_DATABASE_URL=${admin%/*}/$database
  search postgresql || failed=1
  psql -q "$admin" -c "DROP DATABASE $database WITH (FORCE)"
fi
exit $failed
