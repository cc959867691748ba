# Shared by bin/test and bin/stress: Debian's packages that the tests run, on ports of their own. Sourced, never run.

# The browser is a Debian package: Chromium without a window, which takes a third less processor time; Chromium itself does too. Root installs
# it; other users are asked to.
require_chromium() {
  [ -x /usr/bin/chromium-headless-shell ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    step "Installing Chromium for the browser tests" sh -c \
      'apt-get update && apt-get install -y --no-install-recommends chromium-headless-shell || [ -x /usr/bin/chromium ]'
  elif [ ! -x /usr/bin/chromium ]; then
    die "The browser tests need Chromium: apt-get install chromium-headless-shell"
  fi
}

# Servers and tools that the tests start themselves. Debian's packages start servers when they are installed; those are kept from starting.
require_servers() {
  local missing=()
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  [ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)
  command -v strace >/dev/null || missing+=(strace)
  command -v ip >/dev/null || missing+=(iproute2)
  [ -x /usr/sbin/nginx ] || missing+=(nginx)
  [ -e /usr/lib/nginx/modules/ngx_http_brotli_static_module.so ] || missing+=(libnginx-mod-http-brotli-static libnginx-mod-http-brotli-filter)
  command -v systemd-analyze >/dev/null || missing+=(systemd)
  [ ${#missing[@]} = 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    step "Installing ${missing[*]} for the tests" install_without_starting "${missing[@]}"
  else
    die "The tests need ${missing[*]}: apt-get install ${missing[*]}"
  fi
}

# install_without_starting PACKAGE… — makes no cluster and starts no service, unless the machine's owner has decided otherwise before.
install_without_starting() {
  local policy=/usr/sbin/policy-rc.d made_policy= failed=0
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made_policy=1
  fi
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  fi
  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@" || failed=1
  [ -z "$made_policy" ] || rm -f $policy
  return $failed
}
