#!/usr/bin/env python3
"""Times one training step of Tandem beside the reference implementation, in turn, on this machine.

The reference runs in a Python of its own through a driver that takes --repo, --mode, --batch, --size, --threads and
--iters and ends with a line "seconds_per_iteration X"; tandem-bench ends with the same line. A third arm runs the
reference with tcmalloc preloaded, where its library is given. Prints medians and ratios; nothing is a result unless
the machine did nothing else meanwhile.

    compare_with_reference.py --bench build/release/bin/tandem-bench --python PYTHON --driver bench_step.py \
        --checkout CHECKOUT [--tcmalloc libtcmalloc_minimal.so.4] [--rounds 3] [--json FILE]
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, help="the program tandem-bench")
    parser.add_argument("--python", required=True, help="a Python with torch and numpy for the reference")
    parser.add_argument("--driver", required=True, help="the driver of the reference")
    parser.add_argument("--checkout", required=True, help="the reference implementation")
    parser.add_argument("--tcmalloc", help="libtcmalloc_minimal.so.4, for a third arm")
    parser.add_argument("--mode", choices=["cooperative", "standard"], default="cooperative")
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2, help="of each arm a round, after one to warm up")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="also write the figures here")
    return parser.parse_args()


def seconds(command, preload=None):
    """Runs one arm and returns the seconds of its last line."""
    environment = dict(os.environ)
    if preload:
        environment["LD_PRELOAD"] = preload
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    found = re.findall(r"^seconds_per_iteration ([0-9.]+)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not found:
        sys.exit(f"error: {' '.join(command)} gave no time:\n{done.stdout[-500:]}{done.stderr[-1500:]}")
    return float(found[-1])


def main():
    a = arguments()
    shared = ["--mode", a.mode, "--batch", str(a.batch), "--size", str(a.size), "--threads", str(a.threads)]
    reference = [a.python, a.driver, "--repo", a.checkout, "--iters", str(a.steps)] + shared
    arms = {"tandem": lambda: seconds([a.bench, "step", "--steps", str(a.steps)] + shared),
            "reference": lambda: seconds(reference)}
    if a.tcmalloc:
        arms["reference with tcmalloc"] = lambda: seconds(reference, a.tcmalloc)

    times = {name: [] for name in arms}
    for number in range(a.rounds):
        for name, run in arms.items():
            times[name].append(run())
            print(f"round {number + 1}: {name:<24} {times[name][-1]:8.3f} s a step", flush=True)

    figures = {}
    for name, values in times.items():
        ratios = [v / t for v, t in zip(values, times["tandem"])]
        figures[name] = {"median_s": statistics.median(values), "least_s": min(values), "largest_s": max(values),
                         "ratio_to_tandem": statistics.median(ratios)}
        print("{:<24} median {median_s:.3f} s ({least_s:.3f} to {largest_s:.3f}), {ratio_to_tandem:.2f} x Tandem".format(
            name, **figures[name]))
    if a.json:
        setting = {key: getattr(a, key) for key in ("mode", "batch", "size", "threads", "steps", "rounds")}
        with open(a.json, "w", encoding="utf-8") as out:
            json.dump({"setting": setting, "arms": figures}, out, indent=2)


if __name__ == "__main__":
    main()
