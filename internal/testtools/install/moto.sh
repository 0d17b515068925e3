# moto, an independent implementation of the AWS APIs in Python: three packages
# of another Debian suite, unpacked beside this machine's Python and boto3.
# shellcheck shell=bash

# What moto imports, from this machine's own suite.
packages_moto=(python3 python3-boto3 python3-botocore python3-cryptography python3-flask python3-flask-cors
  python3-werkzeug python3-xmltodict python3-requests python3-dateutil python3-yaml)

build_moto() {
  local folder=$1 final=$2 private=$1/apt mirror
  mirror=$(debian_mirror)
  mkdir -p "$private/lists/partial" "$private/cache/archives/partial" "$folder/debs" "$folder/root"
  cat >"$private/suite.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: $MOTO_SUITE
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
  # _apt, apt's user for downloads, could not enter a folder of root's own.
  local options=(-q
    -o "Dir::Etc::SourceList=$private/suite.sources" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$private/lists" -o "Dir::Cache=$private/cache"
    -o APT::Sandbox::User=root -o Acquire::Languages=none)
  {
    apt-get "${options[@]}" update
    # Not their dependencies: those of this machine's suite serve.
    (cd "$folder/debs" && apt-get "${options[@]}" download python3-moto python3-responses python3-antlr4)
  } >"$folder/apt.log" 2>&1 || {
    cat "$folder/apt.log" >&2
    return 1
  }
  local deb
  for deb in "$folder"/debs/*.deb; do dpkg -x "$deb" "$folder/root"; done
  rm -rf "$folder/debs" "$private"
  cat >"$folder/moto" <<WRAPPER
#!/bin/sh
# The Python modules of its own suite before those of this machine.
export PYTHONPATH=$final/root/usr/lib/python3/dist-packages PYTHONUNBUFFERED=1
# It says on standard error where it listens.
exec /usr/bin/python3 -m moto.server "\$@" 2>&1
WRAPPER
  chmod 755 "$folder/moto"
  # Compiled once here: every test starts a server, and compiling takes longer
  # than starting. The paths in the compiled files are those of the final place.
  /usr/bin/python3 -m compileall -q -j 0 -s "$folder" -p "$final" \
    "$folder/root/usr/lib/python3/dist-packages" >/dev/null || true
}

install_moto() {
  install_packages "${packages_moto[@]}"
  # The folder is part of the stamp because it is in the wrapper.
  install_part moto "$MOTO_SUITE $TOOLS 2" build_moto
  "$TOOLS/moto/moto" --help >/dev/null || fail "moto: does not start with this machine's Python"
}
