#!/usr/bin/env bash
# Feeds the parser N mutated frames, and a server N inputs: frames, bytes that are almost WebSocket frames, calls. Called by bin/bench --fuzz.
#   bin/bench --fuzz N [--seed S] [--database sqlite|postgres]
# It ends with 1 on a crash, a 500, an unknown close code, an exception in the log, or growth of memory or open files.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../bin/setup.sh"

[[ ${1:-} =~ ^[0-9]+$ ]] || die "How many inputs? bin/bench --fuzz N [--seed S] [--database sqlite|postgres]"
inputs=$1
shift
seed=$RANDOM$RANDOM
database=sqlite
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || die "$1 needs a value."
  case $1 in
    --seed) seed=$2 ;;
    --database) database=$2 ;;
    *) die "There is no option $1." ;;
  esac
  shift 2
done

require_tools
web_build
server_publish
step "Building the tests" dotnet build "$root/server/FastChat.slnx" -c Release
report=$(mktemp)
trap 'rm -f "$report"' EXIT
failed=0
export FASTCHAT_FUZZ_INPUTS=$inputs FASTCHAT_FUZZ_SEED=$seed FASTCHAT_FUZZ_REPORT=$report FASTCHAT_TEST_DATABASE=$database
"$root/artifacts/bin/FastChat.Server.Tests/release/FastChat.Server.Tests" -noLogo -noColor -class '*.ParserFuzzTests' >&2 || failed=1
"$root/artifacts/bin/FastChat.EndToEndTests/release/FastChat.EndToEndTests" -noLogo -noColor -longRunning 600 -parallel none \
  -namespace FastChat.EndToEndTests.Security.Fuzz >&2 || failed=1
echo '| kind | inputs | seed | took | memory | open files | outcomes |'
echo '| --- | --- | --- | --- | --- | --- | --- |'
cat "$report"
exit "$failed"
