"""Weight files by a real PyTorch, and ours read by it.

  torch_files.py make FILE       the state dict that torch_test.cpp expects, by torch.save (state_dict.pth was made so)
  torch_files.py check FILE      opens FILE with weights_only=True and compares it with the same state dict
  torch_files.py safetensors FILE   the same through the safetensors package
  torch_files.py version         prints PyTorch's version; fails where there is none
"""

import collections
import sys

import torch


def state():
    base = torch.arange(24, dtype=torch.float32) / 8 - 1
    tensors = collections.OrderedDict()
    tensors["conv.weight"] = base[:18].reshape(2, 1, 3, 3).clone()
    tensors["conv.channels_last"] = base.reshape(2, 3, 2, 2).clone(memory_format=torch.preserve_format).to(
        memory_format=torch.channels_last)
    tensors["view.transposed"] = base.reshape(4, 6).t()
    tensors["view.tail"] = base[20:]
    tensors["bn.num_batches_tracked"] = torch.tensor(2**40 + 3)
    tensors["double"] = torch.tensor([1 / 3, -2.5e300], dtype=torch.float64)
    tensors["half"] = torch.tensor([1.5, -0.25], dtype=torch.float16)
    tensors["bfloat16"] = torch.tensor([1.5, -3e38], dtype=torch.bfloat16)
    tensors["int32"] = torch.tensor([[-1], [2**31 - 1]], dtype=torch.int32)
    tensors["uint8"] = torch.tensor([0, 255], dtype=torch.uint8)
    tensors["bool"] = torch.tensor([True, False, True])
    tensors["empty"] = torch.zeros(0, 3)
    return tensors


def compare(found):
    wanted = state()
    assert list(found) == list(wanted), f"names {list(found)}"
    for name, tensor in wanted.items():
        assert found[name].dtype == tensor.dtype, f"{name} is {found[name].dtype}"
        assert torch.equal(found[name], tensor), f"{name} differs"


def main(what, *files):
    if what == "version":
        print(torch.__version__)
    elif what == "make":
        tensors = state()
        tensors._metadata = collections.OrderedDict({"": {"version": 1}, "bn": {"version": 2}})
        torch.save(tensors, files[0])
    elif what == "check":
        compare(torch.load(files[0], weights_only=True))
    elif what == "safetensors":
        from safetensors.torch import load_file

        found = load_file(files[0])
        compare(collections.OrderedDict((name, found[name]) for name in state()))
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
