#!/usr/bin/env bash
# Brings a checkout to where tests, demo and benchmarks can run; does nothing when it already is.
set -euo pipefail
cd "$(dirname "$0")/.."

# npm ci does not need to run again for a lockfile that it has already installed.
installed=node_modules/.installed-lockfile.json
if ! cmp --silent package-lock.json "$installed"; then
  npm ci --ignore-scripts --no-progress
  # Else every npm script would run on the node of the end-to-end tests.
  rm -f node_modules/.bin/node
  cp package-lock.json "$installed"
fi

# dist/ is committed; a branch may have removed it.
if [[ -e src/cli.ts && ! -e dist/cli/index.js ]]; then
  npm run build
fi
