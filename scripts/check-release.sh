#!/usr/bin/env bash
# Checks that a checkout may be released under a tag: its form, and that everything that names the
# version or the repository agrees with it.
#
#   check-release.sh vX.Y.Z OWNER/NAME
set -euo pipefail
cd "$(dirname "$0")/.."

tag=${1:?usage: check-release.sh vX.Y.Z OWNER/NAME}
repository=${2:?usage: check-release.sh vX.Y.Z OWNER/NAME}
workflow=.github/workflows/sovereign-ci.yml

problems=()
number='(0|[1-9][0-9]*)'
[[ $tag =~ ^v$number\.$number\.$number$ ]] || problems+=("the tag $tag has not the form vX.Y.Z")
version=${tag#v}

found=$(node -p 'require("./package.json").version')
[[ $found == "$version" ]] || problems+=("package.json has version $found")
grep -qF "VERSION = '$version'" src/plan/version.ts ||
  problems+=("src/plan/version.ts has another version")
grep -qE "^## ${version//./\\.}( |\$)" CHANGELOG.md ||
  problems+=("CHANGELOG.md has no section $version")
# The reusable workflow names the very release that it is part of.
while read -r used; do
  [[ $used == "$repository@$tag" ]] || problems+=("$workflow uses $used, not $repository@$tag")
done < <(sed -nE 's|.*uses: ([^ ]+/target-guard@[^ ]+).*|\1|p' "$workflow")

for problem in "${problems[@]}"; do echo "::error::$tag cannot be released: $problem."; done
((${#problems[@]} == 0))
