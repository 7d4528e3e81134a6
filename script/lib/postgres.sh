# shellcheck shell=bash
# A private PostgreSQL cluster under VAR_DIR that listens on a unix socket alone. Sourced.
#
# PostgreSQL refuses to run as root. Started by root it runs as the user `postgres` that its package
# made; where that user may not pass through the folders above VAR_DIR (a project under /root), it
# is given the one capability that lets it.

POSTGRES_DATA=$VAR_DIR/postgres
POSTGRES_RUN=$RUN_DIR/postgres
POSTGRES_LOG=$POSTGRES_DATA/server.log
POSTGRES_NAME=mediaportal
POSTGRES_AS=()

# as_postgres COMMAND...: runs it as the user that owns the cluster, from a folder it may enter.
as_postgres() {
  (cd / && exec env -u PGDATA -u PGHOST -u PGPORT -u PGUSER -u PGPASSWORD -u PGDATABASE -u PGOPTIONS \
    ${POSTGRES_AS[@]+"${POSTGRES_AS[@]}"} "$@")
}

# Fills POSTGRES_AS and the folders. Must come before anything else here.
postgres_prepare() {
  POSTGRES_BIN=$(postgresql_bin) || die 'PostgreSQL is missing (or older than the data); run script/bootstrap'
  mkdir -p "$POSTGRES_RUN"
  chmod 700 "$POSTGRES_RUN"
  [[ $(id -u) == 0 ]] || return 0
  id postgres >/dev/null 2>&1 || die 'there is no user "postgres" for the database to run as'
  chown postgres: "$POSTGRES_RUN"
  local may
  for may in '' dac_read_search dac_override; do
    POSTGRES_AS=(setpriv --reuid postgres --regid postgres --init-groups)
    [[ -z $may ]] || POSTGRES_AS+=(--inh-caps "+$may" --ambient-caps "+$may")
    if as_postgres test -d "$VAR_DIR/." 2>/dev/null && as_postgres test -d "$POSTGRES_RUN/." 2>/dev/null; then
      return 0
    fi
  done
  die "the user \"postgres\" cannot reach $VAR_DIR; set VAR_DIR to a folder that it can"
}

postgres_ready() {
  "$POSTGRES_BIN/pg_isready" -q -h "$POSTGRES_RUN" -t 1
}

# postgres_init: a new cluster, complete or not there at all. With C.UTF-8 Arabic letters count as letters.
postgres_init() {
  local fresh=$POSTGRES_DATA.new locale=C.UTF-8
  locale -a 2>/dev/null | grep -qi '^c\.utf-\?8$' || locale=en_US.UTF-8
  rm -rf "$fresh"
  mkdir -m 700 "$fresh"
  [[ $(id -u) != 0 ]] || chown postgres: "$fresh"
  as_postgres "$POSTGRES_BIN/initdb" -D "$fresh" -U "$POSTGRES_NAME" --auth trust --encoding UTF8 \
    --locale "$locale" ${THROWAWAY:+--no-sync} >"$VAR_DIR/log/initdb.log" 2>&1 ||
    { cat "$VAR_DIR/log/initdb.log" >&2; die 'initdb failed'; }
  as_postgres tee -a "$fresh/postgresql.conf" >/dev/null <<'CONF'

# Mediaportal: one laptop, one user, no network. The socket's folder is chosen at each start.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 64MB
timezone = 'UTC'
log_timezone = 'UTC'
CONF
  mv "$fresh" "$POSTGRES_DATA"
}

postgres_start() {
  postgres_prepare
  ! postgres_ready || return 0
  [[ -f $POSTGRES_DATA/PG_VERSION ]] || postgres_init
  local options="-k '${POSTGRES_RUN//\'/\'\\\'\'}'"
  if [[ -n $THROWAWAY ]]; then
    options+=' -c fsync=off -c synchronous_commit=off -c full_page_writes=off'
    # How a query is carried out shall not depend on when PostgreSQL happened to count the rows of other tests.
    options+=' -c autovacuum_analyze_threshold=1000000000'
  fi
  as_postgres "$POSTGRES_BIN/pg_ctl" start -s -w -t 30 -D "$POSTGRES_DATA" -l "$POSTGRES_LOG" -o "$options" >&2 || {
    tail -n 5 "$POSTGRES_LOG" >&2 2>/dev/null
    die "PostgreSQL did not start; see $POSTGRES_LOG"
  }
  local there
  there=$(postgres_sql "SELECT 1 FROM pg_database WHERE datname = '$POSTGRES_NAME'")
  [[ $there == 1 ]] || postgres_sql "CREATE DATABASE $POSTGRES_NAME"
}

postgres_sql() {
  as_postgres "$POSTGRES_BIN/psql" -X -q -t -A -v ON_ERROR_STOP=1 -h "$POSTGRES_RUN" \
    -U "$POSTGRES_NAME" -d postgres -c "$1"
}

postgres_stop() {
  [[ -f $POSTGRES_DATA/postmaster.pid ]] || return 0
  postgres_prepare
  as_postgres "$POSTGRES_BIN/pg_ctl" stop -s -w -m fast -t 8 -D "$POSTGRES_DATA" >/dev/null 2>&1 ||
    as_postgres "$POSTGRES_BIN/pg_ctl" stop -s -w -m immediate -t 5 -D "$POSTGRES_DATA" >/dev/null 2>&1 || true
}

postgres_url() {
  printf 'postgresql://%s@/%s?host=%s\n' "$POSTGRES_NAME" "$POSTGRES_NAME" "$(url_quote "$POSTGRES_RUN")"
}
