# Debian packages: compilers for the native parts, a browser, a keyring.
# shellcheck shell=bash

# What the tests need from the distribution itself, and why:
#   build-essential            cgo for the race detector; native node modules
#   python3 pkg-config libkrb5-dev libsecret-1-dev   native modules of code-server
#   chromium fonts-dejavu-core the browser that shows the VS Code workbench
#   gnome-keyring dbus dbus-x11 libsecret-tools      a real Secret Service
#   patchelf                   runs another suite's Neovim beside the system
#   tmux aha                   pictures of a terminal
#   lua-check shellcheck       linters of the plugin and the shell scripts
packages_build=(build-essential python3 pkg-config libkrb5-dev libsecret-1-dev)
packages_tests=(chromium fonts-dejavu-core gnome-keyring dbus dbus-x11 libsecret-tools patchelf tmux aha)
packages_lint=(shellcheck lua-check)

# install_packages PACKAGE… installs those that are missing, as root, without
# a question; says which command to run where it may not.
install_packages() {
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) == "install ok installed" ]] || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    say "packages: present"
    return
  fi
  command -v apt-get >/dev/null || fail "packages: this machine has no apt-get; run this on Debian or Ubuntu, or only \`make unit\`"
  local apt=(apt-get -o DPkg::Lock::Timeout=600 -qq -y)
  if (($(id -u) != 0)); then
    if sudo -n true 2>/dev/null; then
      apt=(sudo -n DEBIAN_FRONTEND=noninteractive "${apt[@]}")
    else
      fail "packages: missing; run: sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
  fi
  local started=$SECONDS log
  log=$(mktemp)
  mkdir -p "$TOOLS/.lock"
  (
    flock 9
    "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${missing[@]}"
  ) 9>"$TOOLS/.lock/apt" >"$log" 2>&1 </dev/null || {
    cat "$log" >&2
    rm -f "$log"
    fail "packages: apt-get failed"
  }
  rm -f "$log"
  say "packages: ${missing[*]} in $((SECONDS - started)) s"
}
