#!/usr/bin/env bash
# Tries to inject SQL into every parameter of the API with sqlmap, level 3, on SQLite and on PostgreSQL.
#
#   tests/api/sqlmap.sh
#
# sqlmap comes from PyPI into target/sqlmap; PostgreSQL is the server that SCHEDA_TEST_POSTGRES names.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-$PWD/target}
binary=${SCHEDA_BINARY:-$target/debug/scheda}
[ -x "$binary" ] || cargo build -p scheda
venv=$target/sqlmap
[ -x "$venv/bin/sqlmap" ] || {
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check sqlmap==1.10.10
}

work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# attack DBMS ARGUMENT…: one address, all its parameters; found is what sqlmap calls injectable.
attack() {
  local dbms=$1
  shift
  "$venv/bin/sqlmap" "$@" --header "Authorization: Bearer $token" --level 3 --risk 1 --batch --threads 4 --technique BEUT --time-sec 2 \
    --dbms "$dbms" --skip "user-agent,referer,host,cookie" --ignore-code '*' --flush-session --output-dir "$work/out" >"$work/sqlmap.log" 2>&1 || true
  grep -q "tested parameters do not appear to be injectable\|all tested parameters" "$work/sqlmap.log" || {
    echo "sqlmap did not come to an end: $*"
    tail -n 5 "$work/sqlmap.log"
    return 1
  }
  if grep -q "is vulnerable\|appears to be .* injectable\|identified the following injection" "$work/sqlmap.log"; then
    echo "sqlmap found something: $*"
    grep "injectable\|Payload" "$work/sqlmap.log" | grep -v "does not\|might not\|do not" | head
    return 1
  fi
}

# try NAME DBMS: serves an installation and attacks it.
try() {
  local name=$1 dbms=$2 found=0 port base id
  port=$(free_port)
  export SCHEDA_DATA=$work/$name SCHEDA_LISTEN=127.0.0.1:$port
  "$binary" demo --accounts 20 --contacts 40 --seed 7 >/dev/null
  echo "searching for faults 1" | "$binary" user add api@example.it --name Api --role administrator --password-stdin >/dev/null
  token=$("$binary" token create api@example.it)
  "$binary" serve >/dev/null 2>"$work/$name.log" &
  server=$!
  base=http://127.0.0.1:$port/api/v1
  for _ in $(seq 100); do
    curl -sf "http://127.0.0.1:$port/healthz" >/dev/null && break
    sleep 0.1
  done
  id=$(curl -sf -H "Authorization: Bearer $token" "$base/accounts?limit=1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["records"][0]["id"])')
  for plural in accounts contacts sites users terms; do
    attack "$dbms" -u "$base/$plural?filter=id%20is%20not%20empty&sort=-created_at&fields=created_at&limit=5&cursor=a" || found=1
  done
  attack "$dbms" -u "$base/accounts?filter=name%20contains%20%22a%22" || found=1
  attack "$dbms" -u "$base/accounts/count?filter=count(sites%20where%20address.city%20is%20%22Pisa%22)%20%3E%201&exact=1" || found=1
  attack "$dbms" -u "$base/search?q=rossi" || found=1
  attack "$dbms" -u "$base/accounts/$id*" || found=1
  attack "$dbms" -u "$base/accounts/$id/sites*" || found=1
  attack "$dbms" -u "$base/accounts" --method POST --data '{"name":"Rossi*","stage":"lead*","address":{"city":"Pisa*"},"phones":[{"number":"050123456*"}]}' --header "Content-Type: application/json" || found=1
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
  return "$found"
}

failed=0
try sqlite sqlite || failed=1
if [ -n "${SCHEDA_TEST_POSTGRES:-}" ]; then
  database=sqlmap_$$
  psql -qAt -c "CREATE DATABASE $database" "$SCHEDA_TEST_POSTGRES"
  export SCHEDA_DATABASE_URL=${SCHEDA_TEST_POSTGRES%/*}/$database
  try postgres postgresql || failed=1
  psql -qAt -c "DROP DATABASE $database" "$SCHEDA_TEST_POSTGRES" || true
fi
[ "$failed" = 0 ] && echo "nothing could be injected"
exit "$failed"
