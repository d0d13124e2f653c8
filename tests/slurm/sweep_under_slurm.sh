#!/bin/bash
# A sweep under a real Slurm: an array, stopped and requeued, preempted, robbed of a node and of a node's daemon; the
# results must be those of one process. Usage: sweep_under_slurm.sh FOLDER_OF_PROGRAMS. Exit code 77 = skipped, with the reason.
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
[watchdog]
first_step_s = 30
step_s = 8
checkpoint_s = 10
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
cat >eight.toml <<TOML
base = "small.toml"
seeds = [1, 2]
[set]
training.max_steps = 4
[grid]
latent.latent_DA = [true, false]
training.learning_rate = [1e-3, 1e-4]
TOML
{
  echo 'title = "eight trials"'
  for latent in true false; do
    for rate in 0.001 0.0001; do
      printf '[[row]]\nlabel = "%s %s"\nexperiment = "small-latent_DA%s-learning_rate%s"\n' $latent $rate $latent $rate
    done
  done
  for network in FTN FTN+STN; do
    printf '[[column]]\nlabel = "%s"\ndomain = "phantom"\nnetwork = "%s"\n' $network $network
  done
} >table.toml

aggregate() {  # all of a sweep's aggregated file that must not depend on who ran what and when
  "$bin/tandem" sweep aggregate "$work/$1" >/dev/null
  "$bin/aggregate_text" "$work/$1/results.h5"
}
table() { "$bin/tandem-report" table table.toml --runs "$work/$1/results.h5"; }
expect_equal() {  # WHAT EXPECTED ACTUAL
  [[ $2 == "$3" ]] || fail "$1 differs from that of one process: $(diff <(echo "$2") <(echo "$3") | head -20)"
}
new_sweep() {  # LAUNCHER ARRAY [SWEEP_FILE [SBATCH_OPTION...]]: plans and submits the sweep named by the variable
  "$bin/tandem" sweep plan "${3:-sweep.toml}" "$sweep" >/dev/null
  "$bin/tandem" sweep sbatch "$sweep" --ntasks 2 --width 2 --array "$2" --time 30:00 --launcher "$1" >/dev/null
  touch "$work/mark"
  sbatch --parsable "${@:4}" "$sweep/job.sbatch"
}
finished() {  # WHAT
  wait_for 200 "the end of the jobs" no_jobs
  [[ $(results) == 4 ]] || fail "$(results) results instead of 4"
  expect_equal "the aggregate" "$expected" "$(aggregate "$sweep")"
  echo "$1: $((SECONDS - start)) s"
}
requeued() { scontrol show job "$1" | grep -q 'Restarts=1'; }

start=$SECONDS
sweep=alone
"$bin/tandem" sweep plan sweep.toml alone >/dev/null
"$bin/tandem" sweep run alone >alone.log
expected=$(aggregate alone)
[[ $(grep -c dice <<<"$expected") -ge 48 ]] || fail "no scores to compare with"
sweep=alone8
"$bin/tandem" sweep plan eight.toml alone8 >/dev/null
mpirun -n 1 "$bin/tandem" sweep run alone8 >alone8.log
expected8=$(aggregate alone8)
table8=$(table alone8)
[[ $table8 == *"true 0.001"* ]] || fail "no table to compare with: $table8"
echo "one process: $((SECONDS - start)) s"

start=$SECONDS
sweep=teams
"$bin/tandem" sweep plan eight.toml teams >/dev/null
mpirun -n 4 --bind-to none "$bin/tandem" sweep run teams --width 2 >teams.log
expect_equal "the aggregate of mpirun -n 4 --width 2" "$expected8" "$(aggregate teams)"
expect_equal "the table of mpirun -n 4 --width 2" "$table8" "$(table teams)"
echo "mpirun -n 4 --width 2: $((SECONDS - start)) s"

export SLURM_CONF
SLURM_CONF=$("$here/local_slurm.sh" up "$work/slurm")

start=$SECONDS
sweep=array
new_sweep srun 3 eight.toml >/dev/null
wait_for 200 "the end of the jobs" no_jobs
expect_equal "the aggregate of an array of 3 tasks" "$expected8" "$(aggregate array)"
expect_equal "the table of an array of 3 tasks" "$table8" "$(table array)"
echo "an array of 3 tasks by srun: $((SECONDS - start)) s"

start=$SECONDS
sweep=launcher
new_sweep mpirun 1 >/dev/null
finished "one task by mpirun"

start=$SECONDS
sweep=signalled
job=$(new_sweep srun 1)
wait_for 60 "a saved state" states_saved
scancel -b -s USR1 "${job}_0"
wait_for 60 "the requeue" requeued "${job}_0"
finished "stopped by USR1 and requeued"

start=$SECONDS
sweep=preempted
job=$(new_sweep srun 1)
wait_for 60 "a saved state" states_saved
sbatch -p high -N 2 --exclusive --output=/dev/null --wrap 'sleep 3' >/dev/null
wait_for 60 "the preemption" requeued "${job}_0"
finished "preempted and requeued"

start=$SECONDS
sweep=node-down
job=$(new_sweep srun 1)
wait_for 60 "a saved state" states_saved
node=$(squeue -h -t R -o %N | head -1)
scontrol update nodename="$node" state=down reason=test
wait_for 60 "the requeue" requeued "${job}_0"
scontrol update nodename="$node" state=resume 2>/dev/null || true  # it may be back by itself already
finished "a node went down"

# One rank on each node. The daemon of one step dies without a word, its rank with it, as if the node were lost: only its
# watchdog ends the other rank, and only srun's limit the step. Two nodes of one host: no shared memory between them.
start=$SECONDS
sweep=daemon
export SLURM_WAIT=5
job=$(OMPI_MCA_pml=ob1 OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=lo \
  new_sweep srun 1 sweep.toml --nodes 2 --ntasks-per-node 1)
wait_for 60 "a saved state" states_saved
for daemon in $(pgrep -f "slurmstepd: \[$job\.0\]"); do
  rank=$(pgrep -P "$daemon" | head -1)
  ! grep -zqx 'SLURM_PROCID=1' "/proc/${rank:-0}/environ" 2>/dev/null || break
  rank=
done
[[ -n $rank ]] || fail "no rank 1 of step $job.0"
kill -9 "$daemon" "$rank"
killed=$SECONDS
wait_for 90 "the requeue" requeued "${job}_0"
echo "requeued $((SECONDS - killed)) s after a node was lost"
grep -q 'rank 1 (host .* is stopped or lost)' "$sweep"/logs/* || fail "the watchdog did not name the lost rank"
scancel "$job"  # what is left of the lost daemon's step would be in the way of the same job: another one goes on
wait_for 60 "the end of the job" no_jobs
sbatch "$sweep/job.sbatch" >/dev/null
finished "a node's daemon was killed"
