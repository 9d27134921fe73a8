# shellcheck shell=bash disable=SC2034
# Sourced by ./check and ./demo: sees to it that the Debian packages they need are there.

# What it takes to build the library, its command line and its tests.
packages_to_build=(g++ cmake ninja-build pkg-config git libxxhash-dev libgtest-dev libcli11-dev nlohmann-json3-dev
  libfmt-dev libedit-dev)
# What ./check needs besides.
packages_to_check=(clang-19 clang-format-19)
# What ./check --full needs besides.
packages_to_check_fully=(clang-tidy-19 lld-19 llvm-19 libclang-rt-19-dev)

is_installed() {
  [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

# Installs those of the given packages that are missing, and says which. Exits with 2, after printing what to run,
# where this may not or cannot be done.
install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This command sets itself up on Debian 12 alone. Packages it would install there: $*" >&2
    exit 2
  fi
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    echo "Packages: all ${#} are installed."
    return
  fi

  local as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || ! sudo --non-interactive true 2>/dev/null; then
      echo "Packages are missing. As root, run:" >&2
      echo "apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}" >&2
      exit 2
    fi
    as_root=(sudo --non-interactive)
  fi

  echo "Packages to install: ${missing[*]}"
  local log
  log="$(mktemp)"
  if ! {
    "${as_root[@]}" apt-get update &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends "${missing[@]}"
  } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    echo "Installing failed. As root, run:" >&2
    echo "apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}" >&2
    exit 2
  fi
  rm -f "$log"
}
