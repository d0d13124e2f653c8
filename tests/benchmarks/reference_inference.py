#!/usr/bin/env python3
"""Seconds a slice that the reference implementation takes to segment a volume on the CPU, FTN and STN.

Two figures: "inference" as its own evaluation does it (predict with n_iter = 2, which computes the one STN pass twice
from the same input), and "one_pass" with that pass computed once, which is the work that Tandem does.

usage: reference_inference.py --repo CHECKOUT [--slices 10] [--size 192] [--threads 2] [--rounds 5]
Ends with the lines "inference X" and "one_pass X". Needs torch and numpy; what else the reference imports is stubbed where it is absent.
"""
import argparse
import contextlib
import importlib.abc
import importlib.machinery
import io
import statistics
import sys
import time
import types


class Stub(types.ModuleType):
    """Stands for a package of plots or file formats that the networks do not use."""
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *a, **k: None


class StubMissing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Last of the finders: asked for nothing but what no other one has found."""
    TOPS = {"seaborn", "IPython", "cv2", "torchio", "SimpleITK", "medpy", "umap", "skimage", "nibabel", "pandas",
            "matplotlib", "PIL", "torchsample", "tqdm", "scipy"}

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.TOPS or name == "medseg.common_utils.save":
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return Stub(spec.name)

    def exec_module(self, module):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", required=True, help="the reference implementation")
    parser.add_argument("--slices", type=int, default=10, help="of a volume")
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    a = parser.parse_args()
    sys.meta_path.append(StubMissing())
    sys.modules["medseg.common_utils.save"] = Stub("medseg.common_utils.save")
    old_numpy = types.ModuleType("numpy.lib.function_base")  # a name that newer NumPy no longer has
    old_numpy.copy = None
    sys.modules["numpy.lib.function_base"] = old_numpy
    sys.path.insert(0, a.repo)
    import torch
    torch.set_num_threads(a.threads)
    with contextlib.redirect_stdout(io.StringIO()):
        from medseg.models.advanced_triplet_recon_segmentation_model import AdvancedTripletReconSegmentationModel
        solver = AdvancedTripletReconSegmentationModel(network_type="FCN_16_standard", use_gpu=False)
    volume = torch.rand(a.slices, 1, a.size, a.size)

    def one_pass():
        solver.eval()
        with torch.no_grad():
            _, logits = solver.fast_predict(volume)
            solver.recon_shape(logits)

    for name, run in (("inference", lambda: solver.predict(volume, n_iter=2)), ("one_pass", one_pass)):
        run()
        times = []
        for _ in range(a.rounds):
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) / a.slices)
        print(f"{name} {statistics.median(times):.6f}")


if __name__ == "__main__":
    main()
