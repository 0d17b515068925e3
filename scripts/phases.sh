# Shared by the scripts of this folder: named steps that all run, with their
# times and a verdict at the end. What waits for the network or for programs of
# others has a time limit of its own (timeout). Sourced, never run.
# shellcheck shell=bash

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
tools=$root/internal/testtools/install
phase_lines=()
phase_failed=0

# phase NAME COMMAND… runs the command and remembers how it went. A failure
# does not stop the phases after it: one run tells everything that is wrong.
phase() {
  local name=$1 started=$SECONDS status verdict=ok
  shift
  printf '\n== %s\n' "$name"
  set +e
  (
    set -e
    "$@"
  ) </dev/null
  status=$?
  set -e
  if ((status != 0)); then
    verdict="FAILED (status $status)"
    phase_failed=1
  fi
  phase_lines+=("$(printf '%5d s  %-34s %s' $((SECONDS - started)) "$name" "$verdict")")
}

# phases_end prints the verdicts and ends the script with them.
phases_end() {
  printf '\n'
  printf '%s\n' "${phase_lines[@]}"
  printf '%5d s  in all\n' "$SECONDS"
  exit "$phase_failed"
}
