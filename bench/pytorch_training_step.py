"""How fast one training step of LargerCNN is in PyTorch, as the earlier application ran it.
Prints one JSON object.

    pytorch_training_step.py [batch] [seconds] [threads] [channels_last] [bf16]

bf16 is torch.autocast: parameters stay float32.
"""
import json
import sys
import time

import torch
from torch import nn

batch = int(sys.argv[1]) if len(sys.argv) > 1 else 64
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
threads = int(sys.argv[3]) if len(sys.argv) > 3 else 2
memory_format = torch.channels_last if "channels_last" in sys.argv else torch.contiguous_format
torch.set_num_threads(threads)
torch.manual_seed(1)

network = nn.Sequential(
    nn.Conv2d(1, 64, 3, padding=1), nn.ReLU(),
    nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(12544, 512), nn.ReLU(), nn.Dropout(0.5),
    nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10),
).to(memory_format=memory_format)
optimizer = torch.optim.Adam(network.parameters(), lr=1e-5)
loss_function = nn.CrossEntropyLoss()
images = torch.rand(batch, 1, 28, 28).to(memory_format=memory_format)
labels = torch.arange(batch) % 10


def step():
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled="bf16" in sys.argv):
        loss = loss_function(network(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


for _ in range(3):
    step()
begun = time.perf_counter()
steps = 0
while time.perf_counter() - begun < seconds:
    step()
    steps += 1
elapsed = time.perf_counter() - begun
print(json.dumps({"batch": batch, "threads": threads,
                  "images_per_s": round(steps * batch / elapsed, 1)}))
