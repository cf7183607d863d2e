#!/usr/bin/env bash
# Makes sure that a Docker daemon answers, for tests that need real containers.
#
#   start-dockerd.sh [STATE_DIR]
#
# Prints the pid of the daemon that it started, and nothing when one was there already. The daemon
# keeps its images, containers and log in STATE_DIR (a new temporary folder when not given).
# Whoever started it ends it: kill the pid, wait until STATE_DIR/dockerd.pid is gone, remove STATE_DIR.
set -euo pipefail

answers() { timeout 10 docker version >/dev/null 2>&1; }

if answers; then exit 0; fi

state=${1:-$(mktemp -d "${TMPDIR:-/tmp}/target-guard-docker.XXXXXX")}
mkdir -p "$state"
log=$state/dockerd.log

start() {
  echo "dockerd $*" >>"$log"
  setsid dockerd --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/dockerd.pid" \
    "$@" >>"$log" 2>&1 </dev/null &
  local pid=$!
  for _ in {1..150}; do
    if answers; then
      echo "$pid"
      return 0
    fi
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.2
  done
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  return 1
}

# The test containers use no network, so the first two leave the host's firewall and links alone.
isolated=(--bridge=none --iptables=false --ip6tables=false)
start "${isolated[@]}" && exit 0
start "${isolated[@]}" --storage-driver=vfs && exit 0
start && exit 0

echo "start-dockerd.sh: no Docker daemon could be started; $log ends with:" >&2
tail -n 20 "$log" >&2
exit 1
