# SPDX-License-Identifier: EUPL-1.2
# What install and upgrade share. Sourced, not run.

readonly HOME_OF_RELEASES=/opt/mukatabat/releases
readonly CURRENT=/opt/mukatabat/current
readonly PROGRAMS=/opt/mukatabat/lib
readonly STATIC=/opt/mukatabat/static
readonly SETTINGS=/etc/mukatabat/mukatabat.conf
readonly SECRETS=/etc/mukatabat/secrets
readonly AUTHORITIES=/etc/mukatabat/authorities
readonly CREDENTIALS=/etc/credstore
readonly STATE=/var/lib/mukatabat
readonly BACKUPS=/srv/mukatabat-backup
readonly SERVICE=mukatabat
readonly WEB_PORTS=(8601 8602)

say() { printf '  %s\n' "$*"; }

stop() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

with_systemd() { [ -d /run/systemd/system ]; }

# The version inside a wheel's name: mukatabat-0.1.0-py3-none-any.whl → 0.1.0
version_of() {
  local name
  name=$(basename "$1")
  [[ $name =~ ^mukatabat-([0-9][0-9A-Za-z.+]*)-py3-none-any\.whl$ ]] || stop "$1 is not a wheel of Mukatabat."
  printf '%s' "${BASH_REMATCH[1]}"
}

# Make a release's environment: exactly the locked packages, then the product. Whole or not there at all.
make_release() {
  local wheel=$1 requirements=$2 version=$3 place=$HOME_OF_RELEASES/$3
  if [ -e "$place/.complete" ]; then
    say "release $version is already there"
    return
  fi
  rm -rf "$place"
  install -d -m 0755 "$HOME_OF_RELEASES"
  (
    umask 0022 # nothing in a release is secret, and the service's user must read all of it
    "${MUKATABAT_PYTHON:-python3}" -m venv "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$requirements"
    "$place/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-index "$wheel"
    "$place/bin/python" -m compileall -q "$place/lib" || true
    touch "$place/.complete"
  )
  say "release $version is installed in $place"
}

# Run a program of a release as the service's user, with the secrets named. They lie in a folder of memory that only
# this user can read, and only while the program runs: as systemd gives them to the services.
as_service() {
  local release=$1 names=$2 folder status=0
  shift 2
  install -d -m 0700 -o "$SERVICE" -g "$SERVICE" /run/mukatabat
  folder=$(mktemp -d /run/mukatabat-secrets.XXXXXX)
  for name in $names; do install -m 0400 -o "$SERVICE" "$SECRETS/$name" "$folder/$name"; done
  for name in token-pin store-access; do # only where there is one, as in the units
    [ ! -e "$CREDENTIALS/mukatabat-$name" ] || install -m 0400 -o "$SERVICE" "$CREDENTIALS/mukatabat-$name" "$folder/$name"
  done
  chown "$SERVICE" "$folder"
  (
    set -a
    # shellcheck disable=SC1090
    . "$SETTINGS"
    set +a
    export CREDENTIALS_DIRECTORY=$folder DJANGO_SETTINGS_MODULE=mukatabat.web.settings PYTHONUTF8=1
    cd "$STATE"
    setpriv --reuid "$SERVICE" --regid "$SERVICE" --init-groups --no-new-privs "$HOME_OF_RELEASES/$release/bin/python" "$@"
  ) || status=$?
  rm -rf "$folder"
  return $status
}

# Change tables as their owner. Every lock is waited for at most five seconds, so that a change never stands in front of
# people; then it is tried again. A migration that was interrupted was rolled back and is simply done anew.
migrate() {
  local release=$1 owner
  # shellcheck disable=SC1090
  owner=$(. "$SETTINGS" && printf '%s' "$MUKATABAT_DATABASE_URL" | sed 's,://[^@/]*@,://mukatabat_owner@,')
  for attempt in 1 2 3 4 5; do
    if MUKATABAT_OWNER_DATABASE_URL=$owner as_service "$release" "secret-key owner-password vault-key" \
      -m mukatabat migrate --noinput --verbosity 1; then
      return
    fi
    say "the migration did not get through (attempt $attempt of 5); it is tried again in ${attempt}0 seconds"
    sleep "${attempt}0"
  done
  stop "The tables could not be changed. Nothing is half done, and the former release goes on serving."
}

# How long the journal keeps what the services log; a file of the administrator's own stays as it is.
limit_logs() {
  local limits=/etc/systemd/journald.conf.d/mukatabat.conf
  [ ! -e "$limits" ] || return 0
  install -D -m 0644 "$1/journald.conf" "$limits"
  chmod 0755 "$(dirname "$limits")"
  ! with_systemd || systemctl restart systemd-journald.service
}

collect_static() {
  install -d -m 0755 -o "$SERVICE" "$STATIC"
  (umask 0022 && as_service "$1" "secret-key" -m mukatabat collectstatic --noinput --verbosity 0)
  chmod -R a+rX "$STATIC"
}

# The command `mukatabat` with its completion, which the shell asks the program for when it first needs it.
make_command() {
  local completions=/usr/share/bash-completion/completions
  install -d -m 0755 "$PROGRAMS" "$completions"
  install -m 0644 "$1/common.sh" "$PROGRAMS/common.sh"
  install -m 0755 "$1/mukatabat" /usr/local/sbin/mukatabat
  (umask 0022 && printf 'eval "$(_MUKATABAT_COMPLETE=bash_source mukatabat)"\n' >"$completions/mukatabat")
}

# One rename decides which release is current.
make_current() {
  ln -sfn "$HOME_OF_RELEASES/$1" "$CURRENT.new"
  mv -T "$CURRENT.new" "$CURRENT"
}

# Restart the worker, then the web processes of the given ports one after the other, each when the one before is ready.
# Returns 1, with the port that did not become ready in $stuck.
restart_services() {
  systemctl daemon-reload
  systemctl restart mukatabat-worker.service
  for stuck in "$@"; do
    systemctl restart "mukatabat-web@$stuck.service"
    wait_ready "$stuck" || return 1
  done
}

# Wait for readiness of the web process on a port, up to a minute.
wait_ready() {
  for _ in $(seq 60); do
    if "$CURRENT/bin/python" - "$1" <<'PYTHON'; then
import sys, urllib.request
request = urllib.request.Request(f"http://127.0.0.1:{sys.argv[1]}/health/ready/", headers={"Host": "127.0.0.1"})
try:
    sys.exit(urllib.request.urlopen(request, timeout=5).status != 200)
except OSError:
    sys.exit(1)
PYTHON
      return 0
    fi
    sleep 1
  done
  return 1
}
