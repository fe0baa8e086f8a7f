"""How long an epoch of LargerCNN takes in PyTorch on a GPU. Prints one JSON object.

    pytorch_cuda_epoch.py eager    as the earlier application ran it: batch 64, float32, Adam, batches sent from the host
    pytorch_cuda_epoch.py tuned    batch 512, data on the GPU, channels_last, bf16, torch.compile with CUDA graphs, fused Adam
"""
import json
import statistics
import sys
import time

import torch
from torch import nn

IMAGES = 60_000
EPOCHS = 3

tuned = sys.argv[1:] == ["tuned"]
if not tuned and sys.argv[1:] != ["eager"]:
    sys.exit("pytorch_cuda_epoch.py: expected eager or tuned")
batch = 512 if tuned else 64
torch.manual_seed(1)
memory_format = torch.channels_last if tuned else torch.contiguous_format

network = nn.Sequential(
    nn.Conv2d(1, 64, 3, padding=1), nn.ReLU(),
    nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(12544, 512), nn.ReLU(), nn.Dropout(0.5),
    nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10),
).cuda().to(memory_format=memory_format)
optimizer = torch.optim.Adam(network.parameters(), lr=torch.tensor(1e-3) if tuned else 1e-3, fused=tuned, capturable=tuned)
loss_function = nn.CrossEntropyLoss()
images = torch.rand(IMAGES, 1, 28, 28)
labels = torch.arange(IMAGES) % 10
if tuned:
    images, labels = images.cuda().to(memory_format=memory_format), labels.cuda()


def step(x, y):
    with torch.autocast("cuda", dtype=torch.bfloat16, enabled=tuned):
        loss = loss_function(network(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss


if tuned:
    step = torch.compile(step, mode="reduce-overhead")


def epoch():
    order = torch.randperm(IMAGES, device=images.device)
    # The last, smaller batch is left out of the tuned run: another shape would be compiled for it.
    for first in range(0, IMAGES - (batch - 1 if tuned else 0), batch):
        rows = order[first:first + batch]
        loss = step(images[rows].cuda(), labels[rows].cuda())
        if not tuned:
            loss.item()
    torch.cuda.synchronize()


epoch()
seconds = []
for _ in range(EPOCHS):
    begun = time.perf_counter()
    epoch()
    seconds.append(time.perf_counter() - begun)
print(json.dumps({"batch": batch, "torch": torch.__version__, "seconds_per_epoch": statistics.median(seconds),
                  "fastest": min(seconds), "slowest": max(seconds)}))
