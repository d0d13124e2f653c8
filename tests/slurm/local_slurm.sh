#!/bin/bash
# A throw-away Slurm of two virtual nodes on this host, for tests: no systemd, no cgroups, no accounting, loopback only.
# Usage: local_slurm.sh up|down FOLDER     (as root). `up` prints the folder's slurm.conf.
set -euo pipefail

action=$1 folder=$(realpath -m "$2") host=$(hostname -s)
export SLURM_CONF=$folder/slurm.conf

runs() { [[ -r /proc/$1/status ]] && ! grep -q '^State:.*Z' "/proc/$1/status"; }

down() {
  local file pid
  timeout 5 scancel --user="$(id -un)" 2>/dev/null || true
  for _ in $(seq 40); do [[ -z $(timeout 2 squeue -h 2>/dev/null) ]] && break; sleep 0.25; done
  for file in "$folder"/slurmd.*.pid "$folder"/slurmctld.pid "$folder"/munged.pid; do
    [[ -s $file ]] || continue
    pid=$(<"$file")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do runs "$pid" || break; sleep 0.1; done
  done
}

if [[ $action == down ]]; then
  down
  exit 0
fi

mkdir -p "$folder"/{state,log,munge}
chmod 755 "$folder" "$folder/munge"
dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 status=none
chmod 400 "$folder/munge.key"
# --force: munged dislikes the permissions of folders below /tmp.
munged --force --key-file="$folder/munge.key" --socket="$folder/munge/socket" --pid-file="$folder/munged.pid" \
  --log-file="$folder/log/munged.log" --seed-file="$folder/munge.seed"

# config_overrides: more CPUs than there are. linuxproc, none: no cgroups. cred_expire: a requeued job would wait two
# minutes otherwise. TmpFS by node: two slurmd on one host would share PMIx's files.
cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16917
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool.%n
TmpFS=$folder/tmp.%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.%n.log
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=pmix
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
MinJobAge=3600
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=n[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[16921-16922] CPUs=8 Boards=1 SocketsPerBoard=1 CoresPerSocket=8 ThreadsPerCore=1 RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=8
PartitionName=high Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
CONF
slurmctld -c -f "$SLURM_CONF"
for node in n1 n2; do
  mkdir -p "$folder/spool.$node" "$folder/tmp.$node"
  slurmd -c -N "$node" -f "$SLURM_CONF"
done
for _ in $(seq 100); do
  [[ $(sinfo -h -o %t 2>/dev/null | sort -u) == idle ]] && break
  sleep 0.1
done
echo "$SLURM_CONF"
