#!/bin/bash
# Makes a machine ready to build Tandem: system packages, then LibTorch in .deps/. Does nothing that is done already.
set -euo pipefail

PACKAGES=(g++ cmake ninja-build ccache mold python3-pip unzip ca-certificates git libopenmpi-dev openmpi-bin
  libhdf5-dev libisal-dev libssl-dev libfmt-dev libtomlplusplus-dev libboost-program-options-dev libboost-math-dev
  libcairo2-dev fonts-dejavu-core libnifti2-dev libzip-dev zlib1g-dev libgoogle-perftools-dev libgtest-dev libgmock-dev)

usage() {
  cat <<'TEXT'
Usage: launch/setup.sh [--cuda] [--no-nccl] [--no-packages]

Installs the missing Debian or Ubuntu packages (as root or with passwordless sudo; otherwise says which are missing),
and puts LibTorch, pinned by version and sha256, into .deps/libtorch. Running it again costs nothing.

  --cuda          LibTorch with all libraries for NVIDIA GPUs (about 5 GB instead of 0.55 GB)
  --no-nccl       without NCCL (0.22 GB; downloaded only where no CUDA toolkit has it); several GPUs then talk by MPI
  --no-packages   do not look at system packages (other distributions; CMake names what it misses)
  --steps N       number of steps to show, when another script goes on after this one

Environment:
  LIBTORCH_ROOT   a LibTorch of your own (2.6 or later): the folder with include/ and lib/; nothing is downloaded
  XDG_CACHE_HOME  where downloads are kept (in tandem/; default ~/.cache)
  PYTHON          a Python with pip, used for the download only (default /usr/bin/python3)
TEXT
}

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
steps=2
while (($# > 0)); do
  case $1 in
    --steps) steps=${2:?--steps needs a number}; shift ;;
    *) common_option "$1" || unknown_option "$1" ;;
  esac
  shift
done
start_log

missing_packages() {
  local package
  for package in "${PACKAGES[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s ' "$package"
  done
}

install_packages() {
  local missing sudo=()
  LIVE="1 $steps packages"
  if ((!packages)); then
    step 1 "$steps" "system packages" "not looked at (--no-packages)"
    return
  fi
  type dpkg-query apt-get >/dev/null 2>&1 ||
    die 70 "this is no Debian or Ubuntu. Install what these packages bring (${PACKAGES[*]}), then give --no-packages."
  missing=$(missing_packages)
  if [[ -z $missing ]]; then
    step 1 "$steps" "system packages" "all present"
    return
  fi
  if ((EUID != 0)); then
    if sudo -n true 2>/dev/null; then
      sudo=(sudo -n)
    else
      die 70 "system packages are missing: $missing
Installing them needs root. Ask for this, then start again:
  sudo apt-get install --no-install-recommends $missing"
    fi
  fi
  step_progress 1 "$steps" "system packages" "installing $missing"
  quietly "${sudo[@]}" apt-get update
  # shellcheck disable=SC2086  # a list of words
  quietly "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
  missing=$(missing_packages)
  [[ -z $missing ]] || die 70 "apt-get left packages out: $missing"
  step 1 "$steps" "system packages" "installed"
}

wanted_hashes() { cat "${requirements[@]}" | sed -n 's/.*--hash=sha256://p' | sort; }

# The wheels in the cache that have a pinned sha256, as "hash  file" lines.
good_wheels() {
  shopt -s nullglob
  local wheels=("$cache"/*.whl)
  shopt -u nullglob
  ((${#wheels[@]} == 0)) || sha256sum "${wheels[@]}" | grep -F -f <(wanted_hashes) | sort -u -k 1,1 || true
}

download_text() {
  local bytes
  bytes=$(du -sb "$partial" 2>/dev/null | cut -f 1)
  echo "downloading $((${bytes:-0} / 1000000)) of about $megabytes MB,"
}

download_wheels() {
  local python=${PYTHON:-/usr/bin/python3} platforms=() tag have
  for tag in 2_28 2_27 2_25 2_24 2_18 2_17 2_12 2_5; do platforms+=(--platform "manylinux_${tag}_x86_64"); done
  "$python" -m pip --version >/dev/null 2>&1 || die 70 "$python has no pip (package python3-pip), and the wheels of" \
    "launch/libtorch.txt are not in $cache. Set PYTHON to a Python with pip, or LIBTORCH_ROOT to a LibTorch."
  # Downloads begin in a folder of their own, so that what is in the cache is whole, and nothing large goes to /tmp.
  partial=$(mktemp -d "$cache/partial.XXXXXX")
  trap 'rm -rf "$partial"' EXIT
  have=$(cut -c -64 <<<"$1")  # hashes of what is there
  grep -h -- --hash "${requirements[@]}" | grep -v -F -- "${have:-none}" >"$partial/missing.txt"
  [[ $ON_TERMINAL == 1 ]] || echo "[2/$steps] LibTorch           downloading about $megabytes MB"
  LIVE="2 $steps LibTorch" LIVE_TEXT=download_text
  HINT="is there a network? pip's configuration and https_proxy are respected; launch/README.md tells how to do without"
  TMPDIR=$partial quietly "$python" -m pip download --no-deps --no-cache-dir --disable-pip-version-check \
    --only-binary=:all: --python-version 3.11 "${platforms[@]}" --platform manylinux2014_x86_64 \
    --require-hashes -r "$partial/missing.txt" -d "$partial/wheels"
  mv -f "$partial"/wheels/*.whl "$cache"/
  rm -rf "$partial"
  trap - EXIT
  unset LIVE_TEXT HINT
}

unpack_wheels() {  # into .deps/libtorch, which appears complete or not at all
  local new=.deps/libtorch.new.$$ wheel
  rm -rf .deps/libtorch.new.*
  mkdir -p "$new"
  LIVE="2 $steps LibTorch"
  for wheel in "$@"; do
    case ${wheel##*/} in
      torch-*) quietly unzip -q -o "$wheel" 'torch/lib/*' 'torch/include/*' torch/version.py -d "$new" ;;
      *) quietly unzip -q -o "$wheel" 'nvidia/*' -d "$new" ;;
    esac
  done
  wanted_hashes >"$new/complete"
  rm -rf .deps/libtorch
  mv "$new" .deps/libtorch
}

# As src/cmake/TandemNccl.cmake looks for it.
toolkit_has_nccl() {
  local root
  for root in ${CUDA_HOME:+"$CUDA_HOME"} /usr/local/cuda; do
    if [[ -e $root/include/nccl.h && -e $root/lib64/libnccl.so.2 && -e $root/include/crt/host_config.h ]]; then return; fi
  done
  return 1
}

provide_libtorch() {
  local requirements=(launch/libtorch.txt) megabytes=553 version wheels
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/tandem
  if [[ -n ${LIBTORCH_ROOT:-} ]]; then
    [[ -e $LIBTORCH_ROOT/lib/libtorch_cpu.so ]] ||
      die 65 "LIBTORCH_ROOT=$LIBTORCH_ROOT has no lib/libtorch_cpu.so; give the folder with include/ and lib/"
    step 2 "$steps" LibTorch "your own: $LIBTORCH_ROOT"
    return
  fi
  [[ $(uname -m) == x86_64 ]] || die 70 "the pinned LibTorch is for x86_64; set LIBTORCH_ROOT to one for $(uname -m)"
  ((!cuda)) || requirements+=(launch/libtorch-cuda.txt) megabytes=5100
  if ((cuda)) || { ((nccl)) && ! toolkit_has_nccl; }; then
    requirements+=(launch/nccl.txt)
    ((megabytes += 216))
  fi
  version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' launch/libtorch.txt)
  # The stamp names every wheel that was unpacked; those for GPUs beside the wanted ones do no harm.
  if [[ -z $(comm -23 <(wanted_hashes) <(sort .deps/libtorch/complete 2>/dev/null)) ]]; then
    step 2 "$steps" "LibTorch $version" "present in .deps/libtorch"
    return
  fi
  mkdir -p "$cache"
  find "$cache" -maxdepth 1 -name 'partial.*' -mmin +1440 -exec rm -rf {} +  # left by a set-up that was killed
  step_progress 2 "$steps" "LibTorch $version" "looking into $cache"
  wheels=$(good_wheels)
  if (($(grep -c . <<<"$wheels" || true) < $(wanted_hashes | wc -l))); then
    download_wheels "$wheels"
    wheels=$(good_wheels)
  fi
  mapfile -t wheels < <(cut -c 67- <<<"$wheels")  # after the 64 digits and two blanks
  step_progress 2 "$steps" "LibTorch $version" "unpacking"
  unpack_wheels "${wheels[@]}"
  step 2 "$steps" "LibTorch $version" "unpacked to .deps/libtorch (downloads kept in $cache)"
}

install_packages
provide_libtorch
