#!/usr/bin/env bash
# Checks that the release of a tag is still a draft, and made for one commit. Needs gh with GH_TOKEN
# and GH_REPO.
#
#   check-draft.sh TAG COMMIT
set -euo pipefail

tag=${1:?usage: check-draft.sh TAG COMMIT}
commit=${2:?usage: check-draft.sh TAG COMMIT}

found=$(gh release view "$tag" --json isDraft,targetCommitish --jq '"\(.isDraft) \(.targetCommitish)"')
if [[ $found != "true $commit" ]]; then
  echo "::error::The release $tag must be a draft for $commit; found '$found'."
  exit 1
fi
