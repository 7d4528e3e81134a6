# shellcheck shell=bash
# A private Redis under VAR_DIR that listens on a unix socket alone and keeps nothing on disk. Sourced.

REDIS_SOCKET=$RUN_DIR/redis.sock
REDIS_PID_FILE=$VAR_DIR/redis/redis.pid

redis_ready() {
  [[ -S $REDIS_SOCKET && $(redis-cli -s "$REDIS_SOCKET" ping 2>/dev/null) == PONG ]]
}

# redis_alive PID: runs, and is not just a dead entry that nobody has collected yet.
redis_alive() {
  kill -0 "$1" 2>/dev/null && ! grep -qs '^State:.Z' "/proc/$1/status"
}

redis_start() {
  have redis-server || die 'Redis is missing; run script/bootstrap'
  ! redis_ready || return 0
  mkdir -p "$VAR_DIR/redis"
  chmod 700 "$VAR_DIR/redis"
  rm -f "$REDIS_SOCKET"
  redis-server --daemonize yes --port 0 --unixsocket "$REDIS_SOCKET" --unixsocketperm 700 \
    --dir "$VAR_DIR/redis" --pidfile "$REDIS_PID_FILE" --logfile "$VAR_DIR/redis/redis.log" \
    --save '' --appendonly no --maxmemory-policy noeviction >&2 || die 'Redis did not start'
  local _
  for _ in $(seq 100); do
    ! redis_ready || return 0
    sleep 0.05
  done
  tail -n 5 "$VAR_DIR/redis/redis.log" >&2 2>/dev/null
  die "Redis did not start; see $VAR_DIR/redis/redis.log"
}

redis_stop() {
  [[ -f $REDIS_PID_FILE ]] || return 0
  local pid _
  pid=$(cat "$REDIS_PID_FILE")
  # The answer proves that the number still is our Redis and not a stranger's process.
  if redis_ready; then
    redis-cli -s "$REDIS_SOCKET" shutdown nosave >/dev/null 2>&1 || true
    for _ in $(seq 100); do
      redis_alive "$pid" || break
      sleep 0.05
    done
    ! redis_alive "$pid" || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$REDIS_PID_FILE" "$REDIS_SOCKET"
}

redis_url() { printf 'unix://%s\n' "$(url_quote "$REDIS_SOCKET")"; }
