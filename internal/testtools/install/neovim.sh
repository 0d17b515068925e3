# Neovim of other Debian suites, unpacked beside the system. Nothing of those
# suites is installed: apt gets its own sources, lists and cache here.
# shellcheck shell=bash

# debian_mirror prints the address of the Debian archive this machine uses.
debian_mirror() {
  local codename uri
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016 # apt's own placeholders
  uri=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v suite="$codename" '$1 == suite && $2 == "main" { print $3; exit }')
  [[ -n $uri ]] || fail "neovim: no Debian archive for $codename main among apt's sources"
  printf '%s\n' "$uri"
}

# unpack_from_suite SUITE FOLDER PACKAGE unpacks PACKAGE and everything it
# depends on, down to the C library, into FOLDER/root.
unpack_from_suite() {
  local suite=$1 folder=$2 package=$3 private=$2/apt mirror packages
  mirror=$(debian_mirror)
  mkdir -p "$private/lists/partial" "$private/cache/archives/partial" "$folder/debs" "$folder/root"
  cat >"$private/suite.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: $suite
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
  # _apt, apt's user for downloads, could not enter a folder of root's own.
  local options=(-q
    -o "Dir::Etc::SourceList=$private/suite.sources" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$private/lists" -o "Dir::Cache=$private/cache"
    -o APT::Sandbox::User=root -o Acquire::Languages=none)
  apt-get "${options[@]}" update >"$folder/apt.log" 2>&1 || {
    cat "$folder/apt.log" >&2
    return 1
  }
  packages=$(apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts \
    --no-breaks --no-replaces --no-enhances --no-pre-depends "$package" | grep '^[a-z0-9]' | sort -u)
  # shellcheck disable=SC2086 # one word a package
  (cd "$folder/debs" && apt-get "${options[@]}" download $packages >>"$folder/apt.log" 2>&1) || {
    cat "$folder/apt.log" >&2
    return 1
  }
  local deb
  for deb in "$folder"/debs/*.deb; do dpkg -x "$deb" "$folder/root"; done
  rm -rf "$folder/debs" "$private"
}

# relink BINARY FINAL_ROOT makes BINARY start with the loader and libraries of
# its own suite. The loader's path must be absolute, so it names the place the
# part will have in the end.
relink() {
  local binary=$1 final_root=$2 libraries
  libraries=usr/lib/$(gcc -print-multiarch)
  local loader
  loader=$(patchelf --print-interpreter "$binary")
  patchelf --set-interpreter "$final_root/$libraries/${loader##*/}" \
    --force-rpath --set-rpath "$final_root/$libraries" "$binary"
}

build_neovim() {
  local suite=$1 temporary=$2 final=$3
  unpack_from_suite "$suite" "$temporary" neovim
  relink "$temporary/root/usr/bin/nvim" "$final/root"
  # Neovim looks for its parsers beside its binary when the machine has none.
  ln -sfn "$(gcc -print-multiarch)/nvim" "$temporary/root/usr/lib/nvim"
  cat >"$temporary/nvim" <<WRAPPER
#!/bin/sh
# Its own runtime files, never those of a Neovim the machine has.
export VIMRUNTIME=$final/root/usr/share/nvim/runtime
exec $final/root/usr/bin/nvim "\$@"
WRAPPER
  chmod 755 "$temporary/nvim"
}
build_neovim_old() { build_neovim "$NEOVIM_OLD_SUITE" "$@"; }
build_neovim_new() { build_neovim "$NEOVIM_NEW_SUITE" "$@"; }

# check_neovim VERSION PREFIX: runs it, and says so when the suite has moved on.
check_neovim() {
  local name=$1 wanted=$2 got
  got=$("$TOOLS/$name/nvim" --version | sed -n '1s/^NVIM v//p')
  case $got in
    "$wanted".*) ;;
    *) say "$name: the suite now carries $got; raise the version in versions.env" ;;
  esac
}

install_neovim() {
  # The folder is part of the stamp because the loader's path is in the binary.
  install_part "nvim-$NEOVIM_OLD" "$NEOVIM_OLD_SUITE $TOOLS" build_neovim_old
  check_neovim "nvim-$NEOVIM_OLD" "$NEOVIM_OLD"
  install_part "nvim-$NEOVIM_NEW" "$NEOVIM_NEW_SUITE $TOOLS" build_neovim_new
  check_neovim "nvim-$NEOVIM_NEW" "$NEOVIM_NEW"
}
