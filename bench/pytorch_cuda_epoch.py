"""Times an epoch of LargerCNN in PyTorch on a GPU, and measures the test accuracy after four.
Prints one JSON object.

    pytorch_cuda_epoch.py eager    as the earlier application ran it: batch 64, float32, Adam,
                                   batches sent from the host
    pytorch_cuda_epoch.py tuned    batch 512, data on the GPU, channels_last, bf16, torch.compile
                                   with CUDA graphs, fused Adam

MNIST is read from the folder in MNIST_DIR; without one the digits are random, and no accuracy is
reported. DEVICE=cpu and IMAGES=COUNT try this very program out without a GPU.
"""
import gzip
import json
import os
import statistics
import sys
import time

import torch
from torch import nn

EPOCHS = 3  # timed, after one that is not

how = sys.argv[1] if len(sys.argv) == 2 else ""
if how not in ("eager", "tuned"):
    sys.exit(f"pytorch_cuda_epoch.py: expected eager or tuned, received {sys.argv[1:]}")
tuned = how == "tuned"
device = os.environ.get("DEVICE", "cuda")
image_count = int(os.environ.get("IMAGES", "60000"))
batch = 512 if tuned else 64
torch.manual_seed(1)
memory_format = torch.channels_last if tuned else torch.contiguous_format


def idx(name, header):
    with gzip.open(os.path.join(os.environ["MNIST_DIR"], name)) as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


def digits(name):
    images = idx(f"{name}-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28).float() / 255
    return (images - 0.1307) / 0.3081, idx(f"{name}-labels-idx1-ubyte.gz", 8).long()


network = nn.Sequential(
    nn.Conv2d(1, 64, 3, padding=1), nn.ReLU(),
    nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(12544, 512), nn.ReLU(), nn.Dropout(0.5),
    nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10),
).to(device).to(memory_format=memory_format)
optimizer = torch.optim.Adam(network.parameters(), lr=torch.tensor(1e-3) if tuned else 1e-3,
                             fused=tuned, capturable=tuned and device == "cuda")
loss_function = nn.CrossEntropyLoss()
real = bool(os.environ.get("MNIST_DIR"))
if real:
    images, labels = digits("train")
else:
    images, labels = torch.rand(60_000, 1, 28, 28), torch.arange(60_000) % 10
images, labels = images[:image_count], labels[:image_count]
if tuned:
    images, labels = images.to(device).to(memory_format=memory_format), labels.to(device)


def step(x, y):
    with torch.autocast(device, dtype=torch.bfloat16, enabled=tuned):
        loss = loss_function(network(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss


if tuned:
    step = torch.compile(step, mode="reduce-overhead")


def wait():
    if device == "cuda":
        torch.cuda.synchronize()


def epoch():
    order = torch.randperm(len(images), device=images.device)
    # The last, smaller batch is left out of the tuned run: another shape would be compiled for it.
    for first in range(0, len(images) - (batch - 1 if tuned else 0), batch):
        rows = order[first:first + batch]
        loss = step(images[rows].to(device), labels[rows].to(device))
        if not tuned:
            loss.item()
    wait()


def test_accuracy():
    network.eval()
    right = 0
    with torch.no_grad():
        for x, y in zip(*(t.split(1000) for t in digits("t10k"))):
            right += (network(x.to(device)).argmax(1).cpu() == y).sum().item()
    return right / 10_000


epoch()
seconds = []
for _ in range(EPOCHS):
    begun = time.perf_counter()
    epoch()
    seconds.append(time.perf_counter() - begun)
print(json.dumps({"batch": batch, "torch": torch.__version__,
                  "seconds_per_epoch": statistics.median(seconds),
                  "fastest": min(seconds), "slowest": max(seconds),
                  "test_accuracy": test_accuracy() if real else None}))
