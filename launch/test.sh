#!/bin/bash
# Sets everything up for the tests, builds, and runs them.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: launch/test.sh [--asan] [--cuda] [--no-nccl] [--no-packages] [CTEST OPTION...]

Sets up (launch/setup.sh), builds with tests, runs ctest. Further options go to ctest:
  launch/test.sh -L unit            one kind: unit, golden, mpi, slurm, integration, browser, architecture, real
  launch/test.sh -R config          by name

  --asan                             the unit tests under the address and undefined-behaviour sanitizers (preset asan)
  --cuda, --no-nccl, --no-packages   as for launch/setup.sh

Environment:
  TANDEM_ACDC_DIR     folder of the ACDC data set; tests that need patient data are skipped without it
  TANDEM_GOLDEN_DIR   golden files to use instead of those in tests/golden
TEXT
}

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
preset=release selection=() targets=()
while (($# > 0)); do
  case $1 in
    --asan) preset=asan selection=(-L unit) targets=(--target unit_tests) ;;
    *) common_option "$1" || break ;;
  esac
  shift
done

start_log
launch/setup.sh --steps 4 "${setup_options[@]}"
build 3 4 "$preset" -DTANDEM_TESTS=ON "${targets[@]}"

step 4 4 tests "ctest --test-dir build/$preset ${selection[*]} $*"
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
# Debian's Open MPI refuses to start as root, as in containers, unless told twice.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --parallel 2 "${selection[@]}" "$@"
