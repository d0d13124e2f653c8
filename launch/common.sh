# shellcheck shell=bash
# Shared by the scripts in this folder: options, numbered steps, quiet commands with a log, errors, the build. Source it
# (that goes to the root of the repository); do not run it.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 70
LOG=${TANDEM_LOG:-$ROOT/build/launch.log}

start_log() {  # a script started by another one goes on in the same log
  mkdir -p "$(dirname "$LOG")"
  [[ -n ${TANDEM_LOG:-} ]] || : >"$LOG"
  export TANDEM_LOG=$LOG
}

cuda=0 nccl=1 packages=1 setup_options=()
# shellcheck disable=SC2034  # setup.sh reads cuda, nccl and packages
common_option() {  # OPTION: one that every script has; false for any other. setup_options goes on to setup.sh.
  case $1 in
    --cuda) cuda=1 setup_options+=("$1") ;;
    --no-nccl) nccl=0 setup_options+=("$1") ;;
    --no-packages) packages=0 setup_options+=("$1") ;;
    -h | --help) usage; exit 0 ;;
    *) return 1 ;;
  esac
}

# Control codes only on a terminal that understands them.
if [[ -t 1 && ${TERM:-dumb} != dumb ]]; then ON_TERMINAL=1; else ON_TERMINAL=0; fi

step() {  # NUMBER TOTAL NAME TEXT: one finished line
  [[ $ON_TERMINAL == 0 ]] || printf '\r\033[K'
  printf '[%s/%s] %-18s %s\n' "$1" "$2" "$3" "$4"
}

step_progress() {  # NUMBER TOTAL NAME TEXT: a line that the next one replaces; nothing outside a terminal
  [[ $ON_TERMINAL == 0 ]] || printf '\r\033[K[%s/%s] %-18s %s' "$1" "$2" "$3" "$4"
}

die() {  # CODE TEXT...: 65 = bad input, 70 = the machine, as in the programs
  local code=$1
  shift
  [[ $ON_TERMINAL == 0 ]] || printf '\r\033[K'
  printf 'error: %s\n' "$*" >&2
  exit "$code"
}

unknown_option() { die 65 "unknown option '$1'; see launch/${0##*/} --help"; }

duration() {  # SECONDS
  if (($1 < 60)); then echo "$1 s"; else printf '%d min %02d s\n' $(($1 / 60)) $(($1 % 60)); fi
}

# Runs a command with its output in the log; on failure shows the log's end and leaves with the command's code.
# While it runs, a terminal shows what the function LIVE_TEXT prints. LIVE = "NUMBER TOTAL NAME" of the step;
# HINT is shown with a failure.
quietly() {
  local pid code=0 start=$SECONDS from
  printf '\n$ %s\n' "$*" >>"$LOG"
  from=$(wc -l <"$LOG")
  "$@" >>"$LOG" 2>&1 </dev/null &
  pid=$!
  trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; exit 130' INT TERM
  while [[ $ON_TERMINAL == 1 ]] && kill -0 "$pid" 2>/dev/null; do
    # shellcheck disable=SC2086  # LIVE is three words
    step_progress $LIVE "$("${LIVE_TEXT:-last_line}") $(duration $((SECONDS - start)))"
    sleep 0.5
  done
  wait "$pid" || code=$?
  trap - INT TERM
  [[ $code == 0 ]] && return 0
  [[ $ON_TERMINAL == 0 ]] || printf '\r\033[K'
  echo "--- the end of $LOG ---" >&2
  tail -n "+$((from + 1))" "$LOG" | tail -n 30 >&2
  [[ -z ${HINT:-} ]] || echo "hint: $HINT" >&2
  die "$code" "failed ($code): $*"
}

last_line() { tail -c 400 "$LOG" | tr '\r' '\n' | sed '/^ *$/d' | tail -n 1 | cut -c 1-60; }

# As many compile jobs as processors, but no more than memory carries (about 2 GB for a file that includes LibTorch).
build_jobs() {
  local memory_kb jobs
  jobs=$(nproc)
  memory_kb=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  ((jobs * 2000000 <= memory_kb)) || jobs=$((memory_kb / 2000000))
  echo $((jobs > 0 ? jobs : 1))
}

build() {  # NUMBER TOTAL PRESET [CMAKE OPTION...] [--target TARGET...]
  local number=$1 total=$2 preset=$3 start=$SECONDS jobs configure=()
  shift 3
  jobs=$(build_jobs)
  while (($# > 0)) && [[ $1 != --target ]]; do configure+=("$1"); shift; done
  LIVE="$number $total build"
  [[ $ON_TERMINAL == 1 ]] || printf '[%s/%s] %-18s %s\n' "$number" "$total" build "$preset, $jobs jobs"
  quietly cmake --preset "$preset" "${configure[@]}"
  quietly cmake --build "build/$preset" --parallel "$jobs" "$@"
  step "$number" "$total" build "$preset, $jobs jobs, done in $(duration $((SECONDS - start)))"
}
