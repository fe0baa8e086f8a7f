"""Pictures' files of many kinds, each of one of MNIST's test images, and what they show."""

import io
import json
import pathlib
import subprocess

import PIL.Image

from support import mnist

# Pillow's format and how to save in it.
FORMATS = [
    ("PNG", {}),
    ("JPEG", {"quality": 90}),
    ("WEBP", {"quality": 90}),
    ("WEBP", {"lossless": True}),
]


def draw(digit, number):
    """As a picture: 28 to 560 pixels a side, dark on light, light on dark, or on nothing."""
    side = 28 * (1 + number % 20)
    gray = PIL.Image.fromarray(digit).resize((side, side), PIL.Image.Resampling.BICUBIC)
    kind = number % 3
    if kind == 0:
        return gray
    dark = PIL.Image.eval(gray, lambda value: 255 - value)
    if kind == 1:
        return dark.convert("RGB")
    ink = PIL.Image.new("RGBA", gray.size, (20, 20, 90, 255))
    ink.putalpha(gray)
    return ink


def save_pictures(mnist_folder, folder, count):
    """The paths of so many files."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, digit in enumerate(mnist.test_pictures(mnist_folder, count)):
        name, options = FORMATS[number % 7 % len(FORMATS)]
        picture = draw(digit, number)
        if name == "JPEG" and picture.mode == "RGBA":
            name, options = FORMATS[0]
        path = folder / f"{number}.{name.lower()}"
        picture.save(path, name, **options)
        paths.append(path)
    return paths


def large_photographs(mnist_folder, side, count):
    """JPEG files."""
    files = []
    for digit in mnist.test_pictures(mnist_folder, count):
        paper = PIL.Image.eval(PIL.Image.fromarray(digit), lambda value: 220 - value // 2)
        file = io.BytesIO()
        paper.resize((side, side), PIL.Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
        files.append(file.getvalue())
    return files


def offline_probabilities(inkling, paths):
    """What the command line says of each, without a server."""
    command = [inkling, "predict", "--json", *map(str, paths)]
    said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return [one["probabilities"] for one in said]
