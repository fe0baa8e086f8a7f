"""What batch normalization is worth for LargerCNN, before anybody builds it: PyTorch trains the
network with and without it, and prints a row for each.

    batch_norm_study.py [SEED...]     (1 2 3)

As `inkling train --recipe best` where PyTorch has it at hand: Adam with a one-cycle schedule, label
smoothing, rotation, shift, zoom, aspect and shear, bf16; 20 epochs in batches of 256 with a peak of
0.002. Judged on the last 5,000 training images, which are held out: the test set is not read.
MNIST is in the folder MNIST_DIR. DEVICE=cpu, EPOCHS and IMAGES try this very program out.
"""
import gzip
import math
import os
import statistics
import sys

import torch
from torch import nn
from torch.nn import functional

BATCH, PEAK, HELD_OUT = 256, 0.002, 5000
ROTATION, SHIFT, ZOOM, ASPECT, SHEAR = math.radians(10), 1.5 / 14, 0.1, 0.4, math.radians(8)
device = os.environ.get("DEVICE", "cuda")
epochs = int(os.environ.get("EPOCHS", "20"))
image_count = int(os.environ.get("IMAGES", "55000"))


def idx(name, header):
    with gzip.open(os.path.join(os.environ["MNIST_DIR"], name)) as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8).to(device)


images = idx("train-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28).float() / 255
labels = idx("train-labels-idx1-ubyte.gz", 8).long()


def block(inputs, outputs, batch_norm):
    layers = [nn.Conv2d(inputs, outputs, 3, padding=1)]
    if batch_norm:
        layers.append(nn.BatchNorm2d(outputs))
    return [*layers, nn.ReLU()]


def larger_cnn(batch_norm):
    return nn.Sequential(
        *block(1, 64, batch_norm), *block(64, 128, batch_norm), nn.MaxPool2d(2),
        *block(128, 256, batch_norm), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(12544, 512), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10),
    ).to(device).to(memory_format=torch.channels_last)


def augment(x):
    def uniform(limit):
        return (2 * torch.rand(len(x), device=device) - 1) * limit

    angle, zoom = uniform(ROTATION), 1 + uniform(ZOOM)
    aspect, slant = torch.exp(uniform(math.log(1 + ASPECT))), torch.tan(uniform(SHEAR))
    cos, sin = torch.cos(angle), torch.sin(angle)
    wide, high = zoom * torch.sqrt(aspect), zoom / torch.sqrt(aspect)
    theta = torch.stack([
        torch.stack([cos / wide, (cos * slant - sin) / wide, uniform(SHIFT)], 1),
        torch.stack([sin / high, (sin * slant + cos) / high, uniform(SHIFT)], 1)], 1)
    grid = functional.affine_grid(theta, list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, align_corners=False)


def forward(network, x):
    with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
        return network(((x - 0.5) / 0.5).contiguous(memory_format=torch.channels_last)).float()


def train(batch_norm, seed):
    """Held-out accuracy in percent."""
    torch.manual_seed(seed)
    network = larger_cnn(batch_norm)
    optimizer = torch.optim.Adam(network.parameters(), fused=device == "cuda")
    steps = image_count // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=epochs * steps,
                                                   cycle_momentum=False)
    for _ in range(epochs):
        order = torch.randperm(image_count, device=device)
        for step in range(steps):
            rows = order[step * BATCH:(step + 1) * BATCH]
            logits = forward(network, augment(images[rows]))
            functional.cross_entropy(logits, labels[rows], label_smoothing=0.1).backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    network.eval()
    with torch.no_grad():
        right = sum((forward(network, x).argmax(1) == y).sum().item()
                    for x, y in zip(images[-HELD_OUT:].split(1000), labels[-HELD_OUT:].split(1000)))
    return 100 * right / HELD_OUT


seeds = [int(seed) for seed in sys.argv[1:]] or [1, 2, 3]
print(f"| PyTorch {torch.__version__}, {epochs} epochs | held out, % | std | runs |")
print("|---|---|---|---|", flush=True)
for name, batch_norm in (("LargerCNN", False), ("with batch normalization", True)):
    accuracies = [train(batch_norm, seed) for seed in seeds]
    spread = f"{statistics.stdev(accuracies):.3f}" if len(accuracies) > 1 else ""
    print(f"| {name} | {statistics.mean(accuracies):.3f} | {spread} | {len(accuracies)} |",
          flush=True)
