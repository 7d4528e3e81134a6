# shellcheck shell=bash
# What the machine itself has to offer, and under which name each package manager knows it. Sourced.

# Each line: what is needed | what for | apt | dnf | brew. The first word names a test `needs_<word>`.
REQUIREMENTS='python|Python 3.11 or newer with venv|python3 python3-venv|python3.11|python@3.11
postgresql|PostgreSQL 15 or newer (server, with pg_trgm)|postgresql|postgresql-server postgresql-contrib|postgresql@15
redis|Redis 7 or newer (server)|redis-server|redis|redis
ffmpeg|ffmpeg and ffprobe|ffmpeg|ffmpeg|ffmpeg
bubblewrap|bubblewrap (the sandbox for foreign files)|bubblewrap|bubblewrap|
libmagic|libmagic (tells file types by content)|libmagic1|file-libs|libmagic
gettext|gettext (msgfmt, for the translations)|gettext|gettext|gettext
npm|Node.js with npm (fetches the browser libraries)|nodejs npm|nodejs npm|node
tesseract|Tesseract with Arabic and English (reads text on the screen)|tesseract-ocr tesseract-ocr-ara tesseract-ocr-eng|tesseract tesseract-langpack-ara|tesseract tesseract-lang
fpcalc|fpcalc of Chromaprint (fingerprints of sound)|libchromaprint-tools|chromaprint-tools|chromaprint'
REQUIREMENTS_DEV='chromium|Chromium (the tests drive a real browser)|chromium-headless-shell|chromium|chromium
clamd|the daemon of ClamAV (the tests scan for real)|clamav-daemon|clamav-server|clamav
nginx|nginx (the tests compare with it)|nginx-light|nginx|nginx
espeak|espeak-ng (the tests let it speak)|espeak-ng|espeak-ng|espeak-ng
fonts|Noto fonts with Arabic|fonts-noto-core|google-noto-sans-arabic-fonts|font-noto-sans-arabic'

# postgresql_bin: the folder of the newest PostgreSQL server programs of version 15 or later.
# A cluster that already exists under VAR_DIR decides the major version.
postgresql_bin() {
  local dir version wanted='' best='' best_version=14
  [[ -r $VAR_DIR/postgres/PG_VERSION ]] && wanted=$(cat "$VAR_DIR/postgres/PG_VERSION")
  for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
    /usr/local/opt/postgresql@*/bin "$(dirname "$(command -v initdb 2>/dev/null || echo /nonexistent/x)")"; do
    [[ -x $dir/initdb && -x $dir/pg_ctl ]] || continue
    version=$("$dir/postgres" --version 2>/dev/null | sed -E 's/.* ([0-9]+)[.a-z].*/\1/') || continue
    if [[ $version == "$wanted" ]]; then
      printf '%s\n' "$dir"
      return 0
    fi
    if ((version > best_version)); then best=$dir best_version=$version; fi
  done
  [[ -z $wanted && -n $best ]] || return 1
  printf '%s\n' "$best"
}

needs_python() {
  local python
  [[ -x $VENV_DIR/bin/python ]] && "$VENV_DIR/bin/python" -c '' 2>/dev/null && return 1
  python=$(find_python) || return 0
  have uv || "$python" -c 'import ensurepip, venv' 2>/dev/null || return 0
  return 1
}
needs_postgresql() { [[ -z ${DATABASE_URL:-} ]] && ! postgresql_bin >/dev/null; }
needs_redis() { [[ -z ${REDIS_URL:-} ]] && ! have redis-server; }
needs_ffmpeg() { ! have ffmpeg || ! have ffprobe; }
needs_bubblewrap() { [[ $(uname -s) == Linux ]] && ! have bwrap; }
needs_libmagic() {
  local python
  python=$(find_python) || return 0
  ! "$python" - 2>/dev/null <<'PY'
import ctypes, ctypes.util, sys
for name in ("libmagic.so.1", "libmagic.dylib", "/opt/homebrew/lib/libmagic.dylib", "/usr/local/lib/libmagic.dylib"):
    try:
        ctypes.CDLL(name)
    except OSError:
        continue
    sys.exit(0)
sys.exit(1)
PY
}
needs_gettext() { ! have msgfmt; }
needs_tesseract() {
  local name
  have tesseract || return 0
  for name in ara eng; do
    tesseract --list-langs 2>/dev/null | grep -qx "$name" || return 0
  done
  return 1
}
needs_fpcalc() { ! have fpcalc; }
needs_espeak() { ! have espeak-ng; }
node_modules_current() {
  [[ -f node_modules/.stamp && $(cat node_modules/.stamp) == "$(digest package-lock.json)" ]]
}
needs_npm() { ! node_modules_current && ! have npm; }
needs_chromium() {
  local name
  for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    have "$name" && return 1
  done
  [[ ! -d /Applications/Chromium.app && ! -d '/Applications/Google Chrome.app' ]]
}
needs_nginx() { ! have nginx && [[ ! -x /usr/sbin/nginx ]]; }
needs_clamd() { ! have clamd && [[ ! -x /usr/sbin/clamd ]]; }
needs_fonts() {
  [[ $(uname -s) == Linux ]] || return 1
  local found
  for found in /usr/share/fonts/*/noto/NotoSansArabic* /usr/share/fonts/*/NotoSansArabic* \
    /usr/share/fonts/NotoSansArabic*; do
    [[ -e $found ]] && return 1
  done
  return 0
}

# missing_requirements [--dev]: the lines of the tables above that this machine does not meet.
missing_requirements() {
  local table=$REQUIREMENTS line
  [[ ${1:-} == --dev ]] && table+=$'\n'$REQUIREMENTS_DEV
  while IFS= read -r line; do
    if "needs_${line%%|*}"; then printf '%s\n' "$line"; fi
  done <<<"$table"
}

# column N: the Nth field of the requirement lines on standard input, without the empty ones.
column() { cut -d '|' -f "$1" | sed '/^$/d'; }

# list_missing LINES: tells a person what to install, in the words of three package managers.
list_missing() {
  warn 'These are missing on this machine:'
  column 2 <<<"$1" | sed 's/^/  - /' >&2
  warn ''
  warn 'Install them with the package manager you have, then start again:'
  warn "  Debian, Ubuntu:  sudo apt-get install $(column 3 <<<"$1" | paste -s -d ' ' -)"
  warn "  Fedora:          sudo dnf install $(column 4 <<<"$1" | paste -s -d ' ' -)"
  warn "  macOS:           brew install $(column 5 <<<"$1" | paste -s -d ' ' -)"
}

# as_root COMMAND...: runs it as root; fails when this user is neither root nor a passwordless sudoer.
as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  [[ ${BOOTSTRAP_INSTALL:-1} != 0 ]] && have apt-get || return 1
  [[ $(id -u) == 0 ]] || { have sudo && sudo -n true 2>/dev/null; }
}

# apt PACKAGES...: installs Debian packages. The download may be broken off at any time; the
# unpacking not, because a half-configured package stops every later installation on the machine.
apt_install() {
  local log=$VAR_DIR/log/apt.log options=(-q -y --no-install-recommends --no-remove)
  make_var_dir
  mkdir -p "$VAR_DIR/log"
  say "Installing Debian packages: $*"
  {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" --download-only "$@" &&
      (
        trap '' INT TERM HUP
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@"
      )
  } >"$log" 2>&1 </dev/null || {
    tail -n 15 "$log" >&2
    warn "apt-get failed; the whole of what it said is in $log"
    return 1
  }
}
