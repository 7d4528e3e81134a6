# shellcheck shell=bash
# What every script needs to know: where things are and how to speak. Sourced, never run.
#
# Sets ROOT, VAR_DIR, VENV_DIR (absolute) and changes into ROOT.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# absolute_path PATH: PATH seen from the folder the caller stood in. It need not exist.
absolute_path() {
  case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s/%s\n' "$PWD" "${1#./}" ;;
  esac
}

VAR_DIR=$(absolute_path "${VAR_DIR:-$ROOT/var}")
VENV_DIR=$(absolute_path "${VENV_DIR:-$ROOT/.venv}")
export VAR_DIR
export PYTHONUNBUFFERED=1
cd "$ROOT"

say() { printf '==> %s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# digest FILE...: one checksum over the files' bytes; standard input when none is named.
digest() {
  if have sha256sum; then cat "$@" | sha256sum; else cat "$@" | shasum -a 256; fi | cut -c 1-64
}

# find_python: the name of a Python that is at least 3.11; fails when there is none.
find_python() {
  local name
  for name in python3.11 python3.12 python3.13 python3; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s\n' "$name"
      return 0
    fi
  done
  return 1
}

# make_var_dir: VAR_DIR, which nobody else on the machine may list. Programs that run as another
# user on purpose (PostgreSQL under root) may still pass through.
make_var_dir() {
  if [[ ! -d $VAR_DIR ]]; then
    mkdir -p "$VAR_DIR"
    chmod 711 "$VAR_DIR"
  fi
}

# load_secret_key: exports SECRET_KEY, made once for this VAR_DIR unless the environment has one.
load_secret_key() {
  if [[ -z ${SECRET_KEY:-} ]]; then
    local file=$VAR_DIR/secret-key
    make_var_dir
    if [[ ! -s $file ]]; then
      (
        umask 077
        "$VENV_DIR/bin/python" -c 'import secrets; print(secrets.token_urlsafe(48))' >"$file.$$"
        mv "$file.$$" "$file"
      )
    fi
    SECRET_KEY=$(cat "$file")
  fi
  export SECRET_KEY
}

# new_master_key: one that seals secrets in the database, with a name that no other one has.
new_master_key() {
  "$VENV_DIR/bin/python" -c 'import base64, secrets
print(f"var-{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}")'
}

# load_master_keys: exports MASTER_KEYS. One is made for this VAR_DIR when the database is its own: a key that lies on one
# machine alone must not seal what is kept for several.
load_master_keys() {
  if [[ -z ${MASTER_KEYS:-} && -z ${DATABASE_URL:-} ]]; then
    local file=$VAR_DIR/master-keys
    make_var_dir
    if [[ ! -s $file ]]; then
      (
        umask 077
        new_master_key >"$file.$$"
        mv "$file.$$" "$file"
      )
    fi
    MASTER_KEYS=$(cat "$file")
    export MASTER_KEYS
  fi
}

# use_venv: the project's Python programs come first on the PATH.
use_venv() {
  export VIRTUAL_ENV=$VENV_DIR PATH=$VENV_DIR/bin:$PATH
  unset PYTHONHOME
}
