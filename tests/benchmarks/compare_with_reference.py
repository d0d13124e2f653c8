#!/usr/bin/env python3
"""Times Tandem beside the reference implementations, in turn, on this machine. Prints medians and ratios.

Nothing is a result unless the machine did nothing else meanwhile. Each comparison runs the reference in a Python of its
own, through a driver that prints what it measured as "NAME ... SECONDS":

  step          one training step; driver: takes --repo, --mode, --batch, --size, --threads and --iters and ends with
                "seconds_per_iteration X"; a third arm with tcmalloc preloaded, where its library is given
  augmentation  one slice on one core; driver: takes CHECKOUT and --torchsample, ends with "seconds_per_slice_mean X"
  artefacts     one 10 x 192 x 192 volume on one core; driver: a line "bias seconds_per_volume_median X" for each kind
  inference     one slice, FTN and STN; driver: reference_inference.py here
  import        all of a folder of ACDC patients (--data); driver: reference_import.py here

    compare_with_reference.py step --bin build/release/bin --python PYTHON --driver bench_step.py --checkout CHECKOUT
        [--tcmalloc libtcmalloc_minimal.so.4] [--rounds 3] [--json FILE]
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["step", "augmentation", "artefacts", "inference", "import"])
    parser.add_argument("--bin", required=True, help="folder of tandem-bench and tandem-data")
    parser.add_argument("--python", required=True, help="a Python with all that the driver needs")
    parser.add_argument("--driver", help="the driver of the reference")
    parser.add_argument("--checkout", help="the reference implementation")
    parser.add_argument("--tcmalloc", help="libtcmalloc_minimal.so.4, for a third arm of step")
    parser.add_argument("--torchsample", help="folder that holds torchsample/, for augmentation")
    parser.add_argument("--data", help="folder of ACDC patients, for import")
    parser.add_argument("--mode", choices=["cooperative", "standard"], default="cooperative")
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2, help="of each arm a round, after one to warm up")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="also write the figures here")
    return parser.parse_args()


def output_of(command, preload=None):
    environment = dict(os.environ)
    if preload:
        environment["LD_PRELOAD"] = preload
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(command)} failed:\n{done.stdout[-500:]}{done.stderr[-1500:]}")
    return done.stdout


def found(text, pattern):
    """{name: seconds} of all lines that a pattern with groups (name, seconds) fits."""
    figures = {name or "step": float(value) for name, value in re.findall(pattern, text, re.MULTILINE)}
    return figures or sys.exit(f"error: no time in:\n{text[-1500:]}")


def bench_group(a, group, names, threads=1):
    """Figures of one group of tandem-bench under the reference's names; names: {reference's: tandem-bench's}."""
    with tempfile.TemporaryDirectory() as folder:
        output_of([f"{a.bin}/tandem-bench", "run", "--only", group, "--rounds", "5", "--threads", str(threads),
                   "--json", f"{folder}/figures.json"])
        with open(f"{folder}/figures.json", encoding="utf-8") as file:
            figures = {f["name"]: f["median"] for f in json.load(file)["figures"]}
    return {name: figures[ours] for name, ours in names.items()}


def import_time(a):
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        output_of([f"{a.bin}/tandem-data", "import", "acdc", a.data, "--out", f"{out}/acdc.h5"])
        return {"import": time.perf_counter() - start}


def arms_of(a):
    """{arm: function that measures it once and returns {name: seconds}}."""
    last = r"^()seconds_per_iteration ([0-9.]+)$"
    if a.what == "step":
        shared = ["--mode", a.mode, "--batch", str(a.batch), "--size", str(a.size), "--threads", str(a.threads)]
        reference = [a.python, a.driver, "--repo", a.checkout, "--iters", str(a.steps)] + shared
        arms = {"tandem": lambda: found(output_of([f"{a.bin}/tandem-bench", "step", "--steps", str(a.steps)] + shared),
                                        last),
                "reference": lambda: found(output_of(reference), last)}
        if a.tcmalloc:
            arms["reference with tcmalloc"] = lambda: found(output_of(reference, a.tcmalloc), last)
        return arms
    if a.what == "augmentation":
        return {"tandem": lambda: bench_group(a, "augmentation", {"slice": "augmentation/slice"}),
                "reference": lambda: found(output_of([a.python, a.driver, a.checkout, a.torchsample]),
                                           r"^seconds_per_(slice)_mean ([0-9.]+)")}
    if a.what == "artefacts":
        kinds = {kind: f"artefact/{kind}" for kind in ("bias", "ghosting", "motion", "spike")}
        return {"tandem": lambda: bench_group(a, "artefacts", kinds),
                "reference": lambda: found(output_of([a.python, a.driver]),
                                           r"^(\w+) seconds_per_volume_median ([0-9.]+)$")}
    if a.what == "inference":
        driver = [a.python, a.driver or str(HERE / "reference_inference.py"), "--repo", a.checkout, "--size",
                  str(a.size), "--threads", str(a.threads)]
        names = {"inference": "inference/optimised", "one_pass": "inference/optimised"}
        return {"tandem": lambda: bench_group(a, "inference", names, a.threads),
                "reference": lambda: found(output_of(driver), r"^(inference|one_pass) ([0-9.]+)$")}
    driver = [a.python, a.driver or str(HERE / "reference_import.py"), "--repo", a.checkout, "--data", a.data]
    return {"tandem": lambda: import_time(a), "reference": lambda: found(output_of(driver), r"^(import) ([0-9.]+)$")}


def main():
    a = arguments()
    arms = arms_of(a)
    times = {}
    for number in range(a.rounds):
        for arm, measure in arms.items():
            for name, seconds in measure().items():
                times.setdefault(name, {}).setdefault(arm, []).append(seconds)
                print(f"round {number + 1}: {name:<10} {arm:<24} {seconds * 1000:12.3f} ms", flush=True)

    figures = {}
    for name, by_arm in times.items():
        for arm, values in by_arm.items():
            ratio = statistics.median(v / t for v, t in zip(values, by_arm["tandem"]))
            figures.setdefault(name, {})[arm] = {"median_s": statistics.median(values), "least_s": min(values),
                                                 "largest_s": max(values), "ratio_to_tandem": ratio}
            print(f"{name:<10} {arm:<24} median {statistics.median(values) * 1000:.3f} ms "
                  f"({min(values) * 1000:.3f} to {max(values) * 1000:.3f}), {ratio:.2f} x Tandem")
    if a.json:
        setting = {key: getattr(a, key) for key in ("what", "mode", "batch", "size", "threads", "steps", "rounds")}
        with open(a.json, "w", encoding="utf-8") as out:
            json.dump({"setting": setting, "figures": figures}, out, indent=2)


if __name__ == "__main__":
    main()
