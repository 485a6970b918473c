#!/usr/bin/env bash
# Tries to inject SQL with sqlmap: into every parameter of every address that reads, and into a creation and a change.
#
#   tests/api/sqlmap.sh
#
# On SQLite, and on PostgreSQL where SCHEDA_TEST_POSTGRES names a server with an administrator's address. What is
# attacked is made from the OpenAPI text by targets.py, which sees to it that each answers as it should when it is let be.
set -euo pipefail
. "$(dirname "$0")/serving.sh"

python_tools sqlmap sqlmap==1.10.10

# Answers that say that nothing was tried: who is not let in, or sent away, has not come to the database.
wasted=401,403,415,428,429,500,503

# attack NAME DATABASE MARKS ARGUMENT…: one run; it must come to an end for as many marks as it was given, and find nothing.
attack() {
  local name=$1 dbms=$2 marks=$3 heard=$work/$1.sqlmap tried
  shift 3
  "$target/sqlmap/bin/sqlmap" "$@" --headers $'Content-Type: application/json\nAuthorization: Bearer '"$token" --batch \
    --dbms "$dbms" --risk 1 --technique BEUT --time-sec 2 --skip-waf --abort-code "$wasted" --flush-session --output-dir "$work/$name.out" >"$heard" 2>&1 || true
  if grep "is vulnerable\|identified the following injection\|Payload:" "$heard"; then
    echo "sqlmap found something in $name"
    return 1
  fi
  tried=$(grep -c "parameter '.*' does not seem to be injectable" "$heard") || true
  [ "$tried" = "$marks" ] || {
    echo "sqlmap tried $tried of $marks places in $name"
    grep "CRITICAL\|ERROR\|not authorized" "$heard" | grep -v "do not appear to be injectable" | head -n 5
    return 1
  }
}

# marks FILE…: how many places are marked in them.
marks() { cat "$@" | tr -cd '*' | wc -c; }

# reading DATABASE PART: the addresses of one part of the list.
reading() { attack "$1-reads-$2" "$1" "$(marks "$work/$1/reads-$2")" -m "$work/$1/reads-$2" --level 2; }

# writing DATABASE NAME METHOD: what targets.py wrote down of one request.
writing() {
  attack "$1-$2" "$1" "$(marks "$work/$1/$2".*)" -u "$(cat "$work/$1/$2.url")" --method "$3" --data "$(cat "$work/$1/$2.json")" \
    --level 3 --preprocess "$work/any_version.py"
}

# A change is sent for any version: given as a header, sqlmap would take the `*` for a mark.
touch "$work/__init__.py"
printf 'def preprocess(req):\n    req.add_header("If-Match", "*")\n' >"$work/any_version.py"

# try DATABASE: serves an installation and attacks it, two attacks side by side.
try() {
  local began=$SECONDS found=0 other
  start_serving "$1" 20 40 || return 1
  python3 tests/api/targets.py "$base" "$token" "$work/$1" || return 1
  { reading "$1" 0 && writing "$1" creation POST; } &
  other=$!
  { reading "$1" 1 && writing "$1" change PATCH; } || found=1
  wait "$other" || found=1
  [ "$found" = 0 ] && echo "$1: nothing could be injected into $(marks "$work/$1"/*) places, in $((SECONDS - began)) s"
  return "$found"
}

on_both try
