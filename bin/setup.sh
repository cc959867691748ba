# Shared by the scripts of this folder: what has to be there, and what is up to date. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
publish="$root/artifacts/publish"
stamps="$root/artifacts/stamps"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# The two things that only the machine's owner can install.
require_tools() {
  local dotnet_version node_version
  dotnet_version=$(cd "$root" && dotnet --version 2>/dev/null) || die "FastChat needs the .NET 10 SDK: https://dotnet.microsoft.com/download"
  [ "${dotnet_version%%.*}" -ge 10 ] || die "FastChat needs the .NET 10 SDK; here is $dotnet_version."
  node_version=$(node --version 2>/dev/null) || die "FastChat needs Node.js 20 or newer: https://nodejs.org"
  node_version=${node_version#v}
  [ "${node_version%%.*}" -ge 20 ] || die "FastChat needs Node.js 20 or newer; here is $node_version."
}

# fresh NAME PATH… — true if what NAME stands for was made from these very files.
fresh() {
  local name=$1 now
  shift
  now=$(cd "$root" && node bin/fingerprint.mjs "$@")
  printf '%s' "$now" >"$stamps/$name.now"
  [ "$now" = "$(cat "$stamps/$name" 2>/dev/null)" ]
}

# made NAME — remembers what `fresh NAME` saw, once the making has succeeded.
made() { mv "$stamps/$1.now" "$stamps/$1"; }

# step TEXT COMMAND… — runs a step; its output is shown only if it fails.
step() {
  local text=$1 log
  shift
  log=$(mktemp)
  say "· $text"
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    die "This step failed: $text"
  fi
}

web_packages() {
  mkdir -p "$stamps"
  if ! fresh packages web/package.json web/package-lock.json || [ ! -d "$root/web/node_modules" ]; then
    step "Installing the web client's packages" npm --prefix "$root/web" ci
    made packages
  fi
}

web_build() {
  web_packages
  if ! fresh web web/index.html web/package.json web/package-lock.json web/public web/scripts web/src web/tsconfig.json web/vite.config.ts || [ ! -f "$root/web/dist/index.html" ]; then
    step "Building the web client" npm --prefix "$root/web" run build
    made web
  fi
}

server_publish() {
  mkdir -p "$stamps"
  if ! fresh server server/src server/Directory.Build.props server/Directory.Packages.props global.json web/dist || [ ! -x "$publish/fastchat" ]; then
    step "Publishing the server" dotnet publish "$root/server/src/FastChat.Server" -c Release -o "$publish"
    made server
  fi
}

# The page, the published server, the tests and the measuring tools. The page is built beside the rest: neither needs more than a core for long.
build_all() {
  web_build &
  local page=$!
  mkdir -p "$stamps"
  if ! fresh tests server bench global.json protocol; then
    step "Building the server, its tests and the measuring tools" dotnet build "$root/server/FastChat.slnx" -c Release
    made tests
  fi
  wait "$page" || exit 1
  server_publish
}
