#!/usr/bin/env bash
# Bundles lib/ into dist/, one entry point a folder. dist/ is replaced at once when all are there, so
# that a failed or a concurrent run never leaves half of it.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf .dist-new .dist-old
for entry in pre main post cli carry; do
  node scripts/bundle-entry.js "lib/$entry.js" ".dist-new/$entry"
done
node scripts/write-licenses.js .dist-new
if [[ -e dist ]]; then mv dist .dist-old; fi
mv .dist-new dist
rm -rf .dist-old
