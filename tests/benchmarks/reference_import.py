#!/usr/bin/env python3
"""Seconds that the reference's preprocessing takes for all frames of a folder of ACDC patients.

usage: reference_import.py --repo CHECKOUT --data FOLDER
Its script with the folder as an argument: read, normalise, resample, relabel and write each frame as NRRD, by its own
functions. Ends with the line "import X". Needs numpy, SimpleITK and what the script itself imports.
"""
import argparse
import pathlib
import sys
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", required=True, help="the reference implementation")
    parser.add_argument("--data", required=True, help="patientXXX/ in ACDC's layout")
    a = parser.parse_args()
    sys.path.insert(0, a.repo)
    import numpy as np
    import SimpleITK as sitk
    from medseg.dataset_loader.acdc_preprocess import normalize_minmax_data, resample_np_array
    labels = sorted(pathlib.Path(a.data).glob("patient*/*_gt.nii.gz"))
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        for number, label_file in enumerate(labels):
            image = sitk.Cast(sitk.ReadImage(str(label_file).replace("_gt", "")), sitk.sitkFloat32)
            label = sitk.Cast(sitk.ReadImage(str(label_file)), sitk.sitkInt16)
            spacing = image.GetSpacing()
            # The script's -1 for "keep" is refused by newer SimpleITK.
            new_spacing = [1.36719, 1.36719, spacing[2]]
            pixels = resample_np_array(normalize_minmax_data(sitk.GetArrayFromImage(image)), spacing,
                                       interp=sitk.sitkLinear, new_spacing=new_spacing)
            classes = resample_np_array(np.uint8(sitk.GetArrayFromImage(label)), spacing,
                                        interp=sitk.sitkNearestNeighbor, new_spacing=new_spacing)
            classes = (classes == 3) * 1 + (classes == 2) * 2 + (classes == 1) * 3
            for name, array in (("img", pixels), ("seg", classes)):
                volume = sitk.GetImageFromArray(array)
                volume.SetSpacing(new_spacing)
                sitk.WriteImage(volume, f"{out}/{number}_{name}.nrrd")
    print(f"import {time.perf_counter() - start:.4f}")


if __name__ == "__main__":
    main()
