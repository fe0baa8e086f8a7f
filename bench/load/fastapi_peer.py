"""The application that Inkling replaces, as FastAPI, uvicorn and PyTorch of today serve it: the
same network and weights, the picture gray, 28 × 28, inverted where its paper is light.

    MODEL=FILE THREADS=N uvicorn fastapi_peer:app
"""
import io
import json
import os

import numpy
import torch
from fastapi import FastAPI, File, UploadFile
from fastapi.responses import JSONResponse
from PIL import Image
from safetensors import safe_open
from torch import nn

torch.set_num_threads(int(os.environ["THREADS"]))


def load(path):
    """LargerCNN, with what its weights file says of it."""
    with safe_open(path, "pt") as file:
        layers = json.loads(file.metadata()["inkling.network"])["layers"]
        modules = []
        for layer in layers:
            if layer["type"] in ("conv2d", "linear"):
                weight = file.get_tensor(layer["name"] + ".weight").float()
                module = (
                    nn.Linear(weight.shape[1], weight.shape[0])
                    if layer["type"] == "linear"
                    else nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
                )
                module.weight.data = weight
                module.bias.data = file.get_tensor(layer["name"] + ".bias").float()
                modules.append(module)
            elif layer["type"] == "relu":
                modules.append(nn.ReLU())
            elif layer["type"] == "max_pool2d":
                modules.append(nn.MaxPool2d(2))
            elif layer["type"] == "flatten":
                modules.append(nn.Flatten())
    return nn.Sequential(*modules).eval()


model = load(os.environ["MODEL"])
app = FastAPI()


@app.post("/predict/")
async def predict(file: UploadFile = File(...)):
    image = Image.open(io.BytesIO(await file.read()))
    if image.mode == "RGBA":
        paper = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, image)
    gray = image.convert("L")
    pixels = numpy.asarray(gray.resize((28, 28)), dtype=numpy.float32)
    if gray.getpixel((0, 0)) >= 128:
        pixels = 255 - pixels
    if pixels.max() == 0:
        error = "Image is blank. Please provide a valid digit."
        return JSONResponse({"error": error}, status_code=400)
    with torch.inference_mode():
        logits = model(torch.from_numpy(pixels / 255 * 2 - 1)[None, None])
    return {"predicted_digit": int(logits.argmax())}
