# shellcheck shell=bash
# The pages' style sheets, scripts and fonts, gathered under names that browsers may keep for ever. Sourced.

# static_current: true when nothing was changed since STATIC_ROOT was filled. A folder's own time
# changes when a file in it appears or goes.
static_current() {
  local stamp=$STATIC_ROOT/.stamp
  [[ -f $stamp && $(cat "$stamp") == "$(static_sources)" ]] || return 1
  [[ -z $(find static ./*/static mediaportal/*/static -newer "$stamp" -print 2>/dev/null | head -n 1) ]]
}

static_sources() { digest requirements.txt package-lock.json mediaportal/settings.py mediaportal/core/staticfinders.py; }

# collect_static: fills STATIC_ROOT when it is stale; two scripts that share it take turns.
collect_static() (
  mkdir -p "$STATIC_ROOT"
  if have flock; then
    exec 8>"$STATIC_ROOT/.lock"
    flock 8
  fi
  ! static_current || return 0
  local begun=$STATIC_ROOT/.stamp.$$
  static_sources >"$begun" # what changes from now on is newer than this file
  python manage.py collectstatic --no-input --skip-checks -v 0
  mv "$begun" "$STATIC_ROOT/.stamp"
)
