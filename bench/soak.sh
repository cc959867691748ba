#!/usr/bin/env bash
# The long proof: a server that is killed and cut off for MINUTES while users write, and then the audit. Called by bin/bench --soak.
#   bin/bench --soak MINUTES [--database sqlite|postgres|all] [--users N] [--rate N] [--seed N]
# It ends with 1 when anything was lost, doubled, out of order or not accounted for.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../bin/setup.sh"

[[ ${1:-} =~ ^[0-9]+(\.[0-9]+)?$ ]] || die "How many minutes? bin/bench --soak MINUTES [--database sqlite|postgres|all]"
minutes=$1
shift
databases=sqlite
options=()
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || die "$1 needs a value."
  if [ "$1" = --database ]; then databases=$2; else options+=("$1" "$2"); fi
  shift 2
done
[ "$databases" != all ] || databases="sqlite postgres"

require_tools
web_build
server_publish
step "Building the soak" dotnet build "$root/bench/FastChat.Soak" -c Release
failed=0
for database in $databases; do
  FASTCHAT_SERVER="$publish/fastchat" "$root/artifacts/bin/FastChat.Soak/release/FastChat.Soak" \
    --minutes "$minutes" --database "$database" ${options[@]+"${options[@]}"} || failed=1
done
exit "$failed"
