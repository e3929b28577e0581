"""What makes the weights needs PyTorch and onnx, which no user and no test of the product needs."""

from importlib.util import find_spec

if find_spec("torch") is None or find_spec("onnx") is None:
    collect_ignore_glob = ["test_with_torch_*.py"]
else:
    import torch

    torch.set_num_threads(1)  # tiny networks: a second thread only waits
