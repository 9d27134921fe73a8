# shellcheck shell=bash disable=SC2034
# Sourced by ./check: its steps, one function each. A step returns 0 if it passed and prints why it did not.

failed_steps=()

# Runs a step, announces it, says how long it took, and keeps its name if it fails: later steps run all the same.
# step NAME FUNCTION [ARGUMENT...]
step() {
  local name="$1" began=$SECONDS
  shift
  echo
  echo "== $name"
  if "$@"; then
    echo "== $name: passed in $((SECONDS - began)) s"
  else
    echo "== $name: FAILED after $((SECONDS - began)) s"
    failed_steps+=("$name")
  fi
}

# Says what comes last, and what failed before: nothing may be printed after the tests' own closing line.
announce_tests() {
  echo
  if ((${#failed_steps[@]} > 0)); then
    echo "== FAILED before the tests:$(printf ' "%s"' "${failed_steps[@]}")"
  fi
  echo "== tests, ${SECONDS} s after the start"
}

check_format() {
  git ls-files -z -- '*.h' '*.cc' | xargs -0 --no-run-if-empty clang-format-19 --dry-run -Werror
}

# configure CMAKE-OPTION...: prints warnings and errors alone.
configure() {
  cmake --log-level=WARNING "$@" >/dev/null
}

configure_with_gcc() {
  configure --preset release -D CMAKE_CXX_COMPILER=g++
}

# The layer rule is a test like any other, run first because it says what the compiler cannot.
check_layers() {
  configure_with_gcc && cmake --build build/release --target layers_test &&
    build/release/bin/layers_test --gtest_brief=1
}

build_with_gcc() {
  configure_with_gcc && cmake --build build/release
}

# Clang proves the lock annotations, which GCC does not read.
build_library_with_clang() {
  configure -S . -B build/clang-library -G Ninja -D CMAKE_CXX_COMPILER=clang++-19 -D CMAKE_BUILD_TYPE=Debug \
    -D LOGWOOD_TESTS=OFF -D LOGWOOD_TOOLS=OFF &&
    cmake --build build/clang-library
}

# run_tests [CTEST-OPTION...]
run_tests() {
  ctest --test-dir build/release --output-on-failure --no-label-summary -j2 "$@"
}

# run_tests_of_preset PRESET: without the long simulations, which run under GCC.
run_tests_of_preset() {
  configure --preset "$1" && cmake --build "build/$1" &&
    ctest --test-dir "build/$1" --output-on-failure --no-label-summary -j2 --label-exclude '^full$'
}

# Reads the compile commands of the sanitizer build: Clang's own, and complete.
run_clang_tidy() {
  configure --preset asan &&
    run-clang-tidy-19 -quiet -p build/asan -header-filter="^$PWD/(include|src|tools)/" "^$PWD/(src|tools)/"
}

# Runs each fuzz target for 30 seconds on its corpus. What it finds new stays in build/fuzz/corpus.
run_fuzz_targets() {
  configure --preset fuzz && cmake --build build/fuzz || return 1
  local program name result=0
  for program in build/fuzz/bin/*_fuzz; do
    if [[ ! -x $program ]]; then
      echo "There are no fuzz targets yet."
      return 0
    fi
    name="$(basename "$program")"
    mkdir -p "build/fuzz/corpus/$name"
    local corpora=("build/fuzz/corpus/$name")
    if [[ -d fuzz/corpus/$name ]]; then corpora+=("fuzz/corpus/$name"); fi
    echo "-- $name"
    if ! "$program" -max_total_time=30 -artifact_prefix="build/fuzz/$name-" "${corpora[@]}" \
      >"build/fuzz/$name.log" 2>&1; then
      cat "build/fuzz/$name.log"
      result=1
      continue
    fi
    # Runs, and what they covered: edges of the target's code ("cov") and features of them ("ft").
    grep -E '^#.* DONE ' "build/fuzz/$name.log"
  done
  return $result
}
