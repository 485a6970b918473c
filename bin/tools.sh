# What the commands in this folder need on a fresh Debian 12: sourced, not run.
#
# Whatever can't be had is said and fails the function that asked for it; whether that is the end is for the caller to say.

packages_listed=no

# Runs a command as root: as it is, or through sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "This needs root, and there is no sudo: $*" >&2
    return 1
  fi
}

# install_packages PACKAGE…: from Debian. The list of packages is refreshed once, and only when something is missing.
install_packages() {
  echo "Installing $*"
  if ! command -v apt-get >/dev/null; then
    echo "Please install $* and start again: this system has no apt-get." >&2
    return 1
  fi
  if [ "$packages_listed" = no ]; then
    as_root apt-get update -qq || return 1
    packages_listed=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# need COMMAND PACKAGE…: installs the packages when the command is missing.
need() {
  local wanted=$1
  shift
  command -v "$wanted" >/dev/null || install_packages "$@"
}

# The programs of PostgreSQL; bin/postgres runs a private one from them.
ensure_postgres() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || install_packages postgresql-15
}

# What makes disks fail and clocks wrong, for the tests of faults.
ensure_faults() {
  need strace strace || return 1
  ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || install_packages libfaketime
}

# A mail server that takes everything, which comes with Postfix: installed unasked and left without a configuration, so that none runs.
ensure_smtp_sink() {
  [ -x /usr/sbin/smtp-sink ] && return
  echo "postfix postfix/main_mailer_type select No configuration" | as_root debconf-set-selections || return 1
  install_packages postfix
}

# A program for sheets, which opens again what went out.
ensure_office() {
  need soffice libreoffice-calc-nogui
}

# What building takes: a C compiler for the embedded database, Rust, and Node.js for the styles.
ensure_build_tools() {
  need cc build-essential || return 1
  need curl curl ca-certificates || return 1
  if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
    export PATH="$HOME/.cargo/bin:$PATH"
  fi
  if ! command -v cargo >/dev/null; then
    echo "Rust is missing: install it from https://rustup.rs (1.95 or newer) and start again." >&2
    return 1
  fi
  if [ -z "${SCHEDA_ASSETS_DIR:-}" ]; then
    need node nodejs || return 1
    need npm npm || return 1
    local node_major
    node_major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
    if [ "$node_major" -lt 18 ]; then
      echo "Node.js $(node --version) is too old: 18 or newer is needed." >&2
      return 1
    fi
  fi
}

# python_tools NAME PACKAGE==VERSION…: programs from PyPI, in an environment of their own under the target folder.
python_tools() {
  local venv=${CARGO_TARGET_DIR:-$PWD/target}/$1
  shift
  [ "$(cat "$venv/packages" 2>/dev/null)" = "$*" ] && return
  python3 -c 'import ensurepip' 2>/dev/null || install_packages python3 python3-venv || return 1
  python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" && echo "$*" >"$venv/packages"
}

# A real Chromium, and Playwright of tests/browser: installed again only when its lock file is newer than what is there.
ensure_browser() {
  [ -x "${SCHEDA_CHROMIUM:-/usr/bin/chromium-headless-shell}" ] || install_packages chromium-headless-shell || return 1
  (
    cd tests/browser || exit 1
    if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
      npm ci --ignore-scripts --no-audit --no-fund
    fi
  )
}
