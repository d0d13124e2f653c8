#!/bin/bash
# From a fresh clone to a table: sets up, builds, and compares standard with cooperative training on synthetic hearts.
set -euo pipefail

# Budgets for about two minutes of training on 2 processors. The table shows that everything works; it says nothing
# about the method.
SUBJECTS=12
STANDARD_STEPS=70
COOPERATIVE_STEPS=70
SEED=1

usage() {
  cat <<'TEXT'
Usage: launch/quickstart.sh [--cuda] [--no-nccl] [--no-packages]

Sets up (launch/setup.sh, which explains the options), builds the release preset, makes synthetic hearts and four
corrupted copies, trains the networks in standard and in cooperative mode, evaluates both, and prints the table.
Writes to build/ and results/quickstart/; what an earlier quickstart left there is replaced.
TEXT
}

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
for option in "$@"; do common_option "$option" || unknown_option "$option"; done
start_log
BIN=build/release/bin
OUT=results/quickstart

make_data() {
  local kind
  LIVE="4 6 data"
  rm -rf "$OUT"
  mkdir -p "$OUT"
  quietly "$BIN/tandem-data" phantom --subjects "$SUBJECTS" --seed "$SEED" --out "$OUT/phantom.h5"
  quietly "$BIN/tandem-data" corrupt "$OUT/phantom.h5" --kind all --copies 1 --seed "$SEED" \
    --split experiments/splits/quickstart.toml --out "$OUT"
  data=("$OUT/phantom.h5")
  for kind in bias ghosting motion spike; do data+=("$OUT/phantom-c_$kind.h5"); done
  step 4 6 data "$SUBJECTS synthetic subjects, ED and ES -> $OUT/phantom.h5; 4 corrupted copies"
}

train() {  # METHOD STEPS
  LIVE="5 6 $1"
  quietly "$BIN/tandem" train "experiments/quickstart/$1.toml" --set "run.folder=$OUT/runs" \
    --set "training.max_steps=$2" --set "data.train=$OUT/phantom.h5"
}

train_both() {
  local start=$SECONDS middle
  train standard "$STANDARD_STEPS"
  middle=$SECONDS
  train cooperative "$COOPERATIVE_STEPS"
  step 5 6 train "standard: $STANDARD_STEPS steps, $(duration $((middle - start))); cooperative:\
 $COOPERATIVE_STEPS steps, $(duration $((SECONDS - middle)))"
}

evaluate_and_report() {
  local run
  LIVE="6 6 evaluate"
  for run in "$OUT"/runs/*/*/; do quietly "$BIN/tandem" evaluate "${run%/}" --data "${data[@]}"; done
  step 6 6 "evaluate, report" "mean Dice"
  "$BIN/tandem-report" table results/tables/quickstart.toml --runs "$OUT/runs" --out-prefix "$OUT/table"
}

[[ " ${setup_options[*]} " == *" --cuda "* ]] || setup_options+=(--no-nccl)  # one process: keep the download small
launch/setup.sh --steps 6 "${setup_options[@]}"
build 3 6 release --target tandem tandem-data tandem-report
make_data
train_both
evaluate_and_report
cat <<TEXT

Everything took $(duration "$SECONDS"). What lies where:
  $OUT/table.md, table.csv   the table
  $OUT/runs/                 the two runs: settings, history, checkpoints, scores
  $OUT/phantom*.h5           the data sets
  $LOG                       all output
What to try next:
  $BIN/tandem-data inspect $OUT/phantom.h5
  $BIN/tandem train --help
  real cardiac MR: README.md, section "Real data"
TEXT
