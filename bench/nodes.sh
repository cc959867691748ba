#!/usr/bin/env bash
# Measures several nodes, each time fresh: PostgreSQL, the bus, the nodes and, where it takes part, nginx. Called by bin/bench --nodes.
#   bin/bench --nodes [1|2|3] [--bus postgres|rabbitmq] [--scenario LIST|all] [--runs N] [--seconds N] [--clients N] [--rate N]
# Scenarios: load (saturated), rate (500/s), kill and drain (2,000 clients behind nginx), hang (the same, and newcomers), outage (of the bus, 60 s), roll (restarts in turn, 300 s).
# Without a number load goes over 1, 2 and 3 nodes and the others take 3; without --bus load, rate and outage take both.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../bin/setup.sh"
source "$root/bench/servers.sh"

nodes=
buses=
scenarios=all
runs=1
options=()
failed=0
case ${1:-} in
  [1-9]) nodes=$1; shift ;;
esac
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || die "$1 needs a value."
  case $1 in
    --bus) buses=$2 ;;
    --scenario) scenarios=$2 ;;
    --runs) runs=$2 ;;
    *) options+=("$1" "$2") ;;
  esac
  shift 2
done
[ "$scenarios" != all ] || scenarios=load,rate,kill,drain,hang,outage,roll

# Three file descriptors a client in all of nginx, and as many in the load tool and the nodes; a lower hard limit is left as it is.
ulimit -n "$(ulimit -Hn)"

# run SCENARIO NODES BUS — what is saturated has the nodes, the database and the bus on core 0, and the load tool on core 1.
run() {
  local place=()
  case $1 in
    load | rate) place=("${on_server_core[@]}") ;;
  esac
  FASTCHAT_SERVER="$publish/fastchat" "${place[@]}" "$root/artifacts/bin/FastChat.Nodes/release/FastChat.Nodes" --scenario "$1" --nodes "$2" --bus "$3" \
    --load "$root/artifacts/bin/FastChat.Load/release/FastChat.Load" ${options[@]+"${options[@]}"} || failed=1
}

require_tools
web_build
server_publish
step "Building the load tool" dotnet build "$root/bench/FastChat.Load" -c Release
step "Building the measuring of nodes" dotnet build "$root/bench/FastChat.Nodes" -c Release
machine
for scenario in ${scenarios//,/ }; do
  for _ in $(seq "$runs"); do
    case $scenario in
      load) some="1 2 3" each="postgres rabbitmq" ;;
      rate | outage) some=3 each="postgres rabbitmq" ;;
      *) some=3 each=postgres ;;
    esac
    for bus in ${buses:-$each}; do
      for count in ${nodes:-$some}; do
        run "$scenario" "$count" "$bus"
      done
    done
  done
done
exit "$failed"
