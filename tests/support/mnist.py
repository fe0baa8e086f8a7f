"""MNIST's files, for the tests that are Python programs."""

import gzip
import pathlib

import numpy

HEADER = 16  # bytes of an IDX file of pictures


def test_pictures(folder, count):
    """The first of MNIST's test images, count x 28 x 28."""
    plain = pathlib.Path(folder) / "t10k-images-idx3-ubyte"
    packed = plain.with_name(plain.name + ".gz")
    content = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    return numpy.frombuffer(content, numpy.uint8, count * 28 * 28, HEADER).reshape(count, 28, 28)
