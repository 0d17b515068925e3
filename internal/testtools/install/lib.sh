# Shared shell functions of the part installers. Sourced, never run.
# shellcheck shell=bash
#
# Every part lives in its own folder of the cache and is put there by one
# rename, so a reader sees a complete part or none. A stamp inside the folder
# says what was installed; another stamp (a version was raised) installs again.

set -euo pipefail

install_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
testtools_dir=$(dirname "$install_dir")
# shellcheck source=../versions.env
source "$testtools_dir/versions.env"
TOOLS=${VAULT_LSP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/vault-lsp-tools}
export DEBIAN_FRONTEND=noninteractive CI=${CI:-true}

say() { printf 'tools: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# install_part NAME STAMP FUNCTION
# Runs FUNCTION TEMPORARY_FOLDER FINAL_FOLDER unless NAME is already there with
# the same STAMP. A second process that asks for the same part waits.
install_part() {
  local name=$1 stamp=$2 function=$3
  local final=$TOOLS/$name key=${name//\//_}
  mkdir -p "$TOOLS/.lock" "$(dirname "$final")"
  exec 9>"$TOOLS/.lock/$key"
  flock 9
  if [[ -f $final/.stamp && $(<"$final/.stamp") == "$stamp" ]]; then
    say "$name: present"
    exec 9>&-
    return
  fi
  local temporary started=$SECONDS
  rm -rf "$TOOLS/.new.$key".* # of a run that was killed; the lock is ours
  temporary=$(mktemp -d "$TOOLS/.new.$key.XXXXXX")
  # A subshell with its own -e, so that the temporary folder goes on failure;
  # the lock is not inherited, or a stray child would hold it.
  set +e
  (
    set -e
    "$function" "$temporary" "$final"
  ) 9>&- </dev/null
  local status=$?
  set -e
  if ((status != 0)); then
    rm -rf "$temporary"
    fail "$name: failed after $((SECONDS - started)) s (status $status)"
  fi
  printf '%s\n' "$stamp" >"$temporary/.stamp"
  chmod 755 "$temporary"
  local old=$TOOLS/.old.$key.$$
  if [[ -e $final ]]; then mv "$final" "$old"; fi
  mv "$temporary" "$final"
  rm -rf "$old"
  exec 9>&-
  say "$name: installed in $((SECONDS - started)) s"
}

# content_hash FILE… prints a short hash of the files' names and contents.
content_hash() {
  (cd "$testtools_dir" && sha256sum -- "$@") | sha256sum | cut -c1-12
}

# npm_quiet ARGUMENT… runs npm without questions, audits and advertising.
npm_quiet() {
  npm --no-audit --no-fund --no-update-notifier --loglevel=error "$@"
}
