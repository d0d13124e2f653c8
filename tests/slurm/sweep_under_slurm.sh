#!/bin/bash
# A sweep under a real Slurm: an array, stopped and requeued, preempted, and robbed of a node; the results must be those
# of one process. Usage: sweep_under_slurm.sh FOLDER_OF_PROGRAMS. Exit code 77 = skipped, with the reason.
set -euo pipefail

for program in slurmctld slurmd munged sbatch srun; do
  if ! command -v "$program" >/dev/null; then
    echo "skipped: $program is not installed (apt-get install slurm-wlm munge)"
    exit 77
  fi
done
if ((EUID != 0)); then
  echo "skipped: a Slurm of one's own needs root"
  exit 77
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(cd "$1" && pwd)
work=$(mktemp -d)
export OMP_NUM_THREADS=1 OMPI_MCA_mpi_yield_when_idle=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1
clean_up() {
  "$here/local_slurm.sh" down "$work/slurm"
  rm -rf "$work"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $*"
  tail -n 30 "$work"/*/logs/* "$work"/*.log 2>/dev/null || true
  "$bin/tandem" sweep status "$work/$sweep" --all || true
  squeue || true
  exit 1
}
wait_for() {  # SECONDS WHAT COMMAND...: until the command succeeds
  local limit=$1 what=$2 start=$SECONDS
  shift 2
  until "$@"; do
    ((SECONDS - start < limit)) || fail "waited $limit s for $what"
    sleep 0.3
  done
}
no_jobs() { [[ -z $(squeue -h) ]]; }
job_runs() { [[ $(squeue -h -t R | wc -l) -ge ${1:-1} ]]; }
results() { find "$work/$sweep/trials" -name result.h5 | wc -l; }
states_saved() { [[ -n $(find "$work/$sweep/trials" -name 'step-*.h5' -newer "$work/mark" | head -1) ]]; }

cd "$work"
"$bin/tandem-data" phantom --subjects 4 --seed 3 --out phantom.h5 >/dev/null
cat >split.toml <<TOML
[split]
name = "small"
training = ["001", "002"]
validation = ["003"]
test = ["004"]
TOML
cat >small.toml <<TOML
name = "small"
[data]
train = ["$work/phantom.h5"]
[split]
file = "$work/split.toml"
[augmentation]
pad = 64
crop = 32
[training]
batch_size = 8
max_steps = 12
epochs = 100
threads = 1
validate_every = 100
checkpoint_minutes = 1e-6
device = "cpu"
[parallel]
deterministic = "shards"
shards = 2
[evaluation]
crop = 64
metrics = ["dice"]
data = ["$work/phantom.h5"]
TOML
cat >sweep.toml <<TOML
base = "small.toml"
seeds = [1, 2]
[grid]
latent.latent_DA = [true, false]
TOML

scores() {  # the scores of a sweep as text, to be compared
  "$bin/tandem" sweep aggregate "$work/$1" >/dev/null
  "$bin/tandem-report" scores --runs "$work/$1/results.h5" | grep -v '^#' | sort
}

start=$SECONDS
sweep=alone
"$bin/tandem" sweep plan sweep.toml alone >/dev/null
"$bin/tandem" sweep run alone >alone.log
expected=$(scores alone)
[[ $(echo "$expected" | wc -l) -ge 8 ]] || fail "no scores to compare with"
export SLURM_CONF
SLURM_CONF=$("$here/local_slurm.sh" up "$work/slurm")
echo "one process: $((SECONDS - start)) s; Slurm is up"

new_sweep() {  # LAUNCHER ARRAY: submits the sweep named by the variable
  "$bin/tandem" sweep plan sweep.toml "$sweep" >/dev/null
  "$bin/tandem" sweep sbatch "$sweep" --ntasks 2 --width 2 --array "$2" --time 30:00 --launcher "$1" >/dev/null
  touch "$work/mark"
  sbatch --parsable "$sweep/job.sbatch"
}
finished() {
  wait_for 200 "the end of the jobs" no_jobs
  [[ $(results) == 4 ]] || fail "$(results) results instead of 4"
  [[ $(scores "$sweep") == "$expected" ]] || fail "the scores differ from those of one process"
  echo "$1: $((SECONDS - start)) s"
}

start=$SECONDS
sweep=array
new_sweep srun 3 >/dev/null
finished "an array of 3 tasks by srun"

start=$SECONDS
sweep=launcher
new_sweep mpirun 1 >/dev/null
finished "one task by mpirun"

start=$SECONDS
sweep=signalled
job=$(new_sweep srun 1)
wait_for 60 "a saved state" states_saved
scancel -b -s USR1 "${job}_0"
wait_for 60 "the requeue" bash -c "scontrol show job ${job}_0 | grep -q 'Restarts=1'"
finished "stopped by USR1 and requeued"

start=$SECONDS
sweep=preempted
job=$(new_sweep srun 1)
wait_for 60 "a saved state" states_saved
sbatch -p high -N 2 --exclusive --output=/dev/null --wrap 'sleep 3' >/dev/null
wait_for 60 "the preemption" bash -c "scontrol show job ${job}_0 | grep -q 'Restarts=1'"
finished "preempted and requeued"

start=$SECONDS
sweep=node-down
job=$(new_sweep srun 1)
wait_for 60 "a saved state" states_saved
node=$(squeue -h -t R -o %N | head -1)
scontrol update nodename="$node" state=down reason=test
wait_for 60 "the requeue" bash -c "scontrol show job ${job}_0 | grep -q 'Restarts=1'"
scontrol update nodename="$node" state=resume
finished "a node went down"
