#!/usr/bin/env bash
# Builds act, which runs workflows without GitHub, unless that was done before; prints its path.
set -euo pipefail

version=v0.2.89
bin=${XDG_CACHE_HOME:-$HOME/.cache}/target-guard-tools/act-$version

if [[ ! -x $bin/act ]]; then
  GOBIN=$bin GOFLAGS=-mod=mod go install "github.com/nektos/act@$version" >&2
fi
echo "$bin/act"
