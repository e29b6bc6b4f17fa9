# SPDX-License-Identifier: EUPL-1.2
# Bare Debian trees below $folder in which a server is tried. Sourced by deploy/try and deploy/try-upgrade.

readonly host=letters.example
readonly debian=${MUKATABAT_TRY_DEBIAN:-bookworm}
readonly packages=systemd,systemd-sysv,dbus,python3,python3-venv,postgresql,nginx,openssl,iproute2,ca-certificates
declare -A first_process=()

say() { printf '\n== %s  (%s s)\n' "$*" "$SECONDS"; }

# What ends with this program: the first process of each tree, with it everything inside, and then its empty cgroups.
finish() {
  local name groups
  for name in "${!first_process[@]}"; do kill -KILL "${first_process[$name]}" 2>/dev/null || true; done
  wait
  groups=$(findmnt --noheadings --first-only --output TARGET --types cgroup2)
  for name in "${!first_process[@]}"; do
    for _ in 1 2 3 4 5; do
      find "$groups/mukatabat-$name" -depth -type d -exec rmdir {} + 2>/dev/null && break
      sleep 1
    done
  done
}

bare_tree() {
  [ ! -e "$folder/bare/complete" ] || return 0
  say "making a bare tree"
  rm -rf "$folder/bare"
  debootstrap --variant=minbase --include="$packages" "$debian" "$folder/bare" >"$folder/debootstrap.log"
  touch "$folder/bare/complete"
}

# The locked packages as files, fetched by the bare tree's own Python: a server without a way out installs from these.
fetch_packages() {
  [ ! -e "$folder/packages/complete" ] || return 0
  say "fetching the packages"
  install -d "$folder/bare/root/packages"
  [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$folder/bare/etc/ssl/certs/"
  cp /etc/resolv.conf /etc/hosts "$folder/bare/etc/"
  cp "$here/requirements/runtime.txt" "$folder/bare/root/packages/"
  chroot "$folder/bare" env -i "${clean[@]}" sh -c 'python3 -m venv /tmp/fetch && /tmp/fetch/bin/pip download --quiet \
    --no-deps --require-hashes --only-binary :all: -r /root/packages/runtime.txt -d /root/packages && rm -rf /tmp/fetch'
  rm -rf "$folder/packages"
  mv "$folder/bare/root/packages" "$folder/packages"
  touch "$folder/packages/complete"
}

# Copy the bare tree, put a wheel and the source tree where an administrator would, and start its systemd:
# open_tree NAME WHEEL
open_tree() {
  local tree=$folder/$1 boot state
  rm -rf "$tree"
  cp -a "$folder/bare" "$tree"
  install -d "$tree/root/release" "$tree/root/tree/tools"
  cp "$2" "$tree/root/release/"
  cp -a "$here"/{deploy,requirements,docs,examples} "$tree/root/tree/"
  cp "$here"/tools/{__init__.py,provision.py,roles.sql,schema.sql} "$tree/root/tree/tools/"
  cp -a "$folder/packages" "$tree/root/"
  printf '127.0.0.1 localhost %s\n' "$host" >"$tree/etc/hosts"
  "$here/deploy/trying/boot" "$tree" "mukatabat-$1" 2>"$folder/$1.log" &
  boot=$!
  for _ in $(seq 180); do
    sleep 1
    first_process[$1]=$(pgrep -P "$boot" || true)
    [ -n "${first_process[$1]}" ] || continue
    state=$(inside "$1" systemctl is-system-running 2>/dev/null || true)
    [ "$state" != running ] || return 0
  done
  cat "$folder/$1.log" >&2
  echo "systemd does not start in $tree (it says: ${state:-nothing}); see deploy/trying/boot" >&2
  return 1
}

# Run a command inside a tree.
inside() { nsenter --target "${first_process[$1]}" --all env -i "${clean[@]}" "${@:2}"; }
clean=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8)
while IFS= read -r one; do clean+=("$one"); done < <(env | grep -E '^PIP_(INDEX_URL|CERT|TRUSTED_HOST|DEFAULT_TIMEOUT)=' || true)

# A server without a way out installs from a folder of packages.
offline=(PIP_NO_INDEX=1 PIP_FIND_LINKS=/root/packages)

# TLS as docs/operations.md says, with a certificate of our own: serve NAME [OTHER-HOST …]
serve() {
  local names
  names=$(printf ',DNS:%s' "$host" "${@:2}")
  inside "$1" bash -euc "install -d /etc/ssl/mukatabat
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$host -addext subjectAltName=${names#,} \
      -keyout /etc/ssl/mukatabat/key.pem -out /etc/ssl/mukatabat/fullchain.pem 2>/dev/null
    ln -sf ../sites-available/mukatabat /etc/nginx/sites-enabled/mukatabat && nginx -t -q && systemctl reload nginx"
}

# Let the development authority stand in where no signature provider is (docs/operations.md, «Trying it with letters»).
for_trying() {
  inside "$1" sh -c 'echo MUKATABAT_DEVELOPMENT=1 >>/etc/mukatabat/mukatabat.conf && systemctl restart mukatabat.target'
  ready "$1"
}

ready() {
  inside "$1" bash -c '. /root/tree/deploy/common.sh && for port in "${WEB_PORTS[@]}"; do wait_ready "$port" || exit 1; done'
}

# People at work in a tree, in their browsers: people NAME FILE VERB …, see offices.py.
people() {
  inside "$1" env PYTHONPATH=/root/tree/deploy/trying DJANGO_SETTINGS_MODULE=mukatabat.web.settings MUKATABAT_DEVELOPMENT=1 \
    /opt/mukatabat/current/bin/python -u -W ignore /root/tree/deploy/trying/offices.py "$host" "${@:2}"
}
