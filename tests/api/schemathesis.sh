#!/usr/bin/env bash
# Searches the API for faults from its own OpenAPI text: no answer may be a 5xx, and each must be what the text says.
#
#   tests/api/schemathesis.sh [SECONDS]     for each database, 120 unless told otherwise
#
# On SQLite, and on PostgreSQL where SCHEDA_TEST_POSTGRES names a server with an administrator's address.
set -euo pipefail
. "$(dirname "$0")/serving.sh"

seconds=${1:-120}
python_tools schemathesis schemathesis==4.32.5

# search DATABASE: serves an installation with some records in it, and searches it.
search() {
  local found=0
  start_serving "$1" 30 60 || return 1
  printf '\n== %s\n' "$1"
  # Users last, and without going on from one answer to the next: it would soon have deactivated the user that it is.
  faults --exclude-path-regex '^/api/v1/users' --phases examples,coverage,fuzzing,stateful --max-time "$seconds" || found=1
  faults --include-path-regex '^/api/v1/users' --phases examples,coverage,fuzzing --max-time $((seconds / 4 + 1)) || found=1
  [ "$found" = 0 ] || tail -n 20 "$log"
  return "$found"
}

# One worker: with several, Python 3.11 loses count of its recursion and the search breaks off by itself.
# faults ARGUMENT…: one search of what is served. Addresses of thousands of letters are cut in what is shown.
faults() {
  "$target/schemathesis/bin/schemathesis" run "$base/openapi.json" \
    --header "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method,ignored_auth \
    --max-examples 40 --workers 1 --request-timeout 20 --suppress-health-check all --no-shrink --warnings off "$@" |
    cut -c 1-600
}

on_both search
