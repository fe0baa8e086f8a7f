"""Requests of every kind, and whether their answers are right."""

import base64
import json
import random

from load import client

# Two pictures' probabilities differ by more; those of one, with others in a batch or alone, do not.
TOLERANCE = 2e-6


def same(received, expected):
    return len(received) == len(expected) and all(
        abs(a - b) <= TOLERANCE for a, b in zip(received, expected)
    )


def are_distinct(pictures):
    """Whether an answer to one of these probabilities can be taken for none of the others."""
    return not any(
        same(one, other) for i, one in enumerate(pictures) for other in pictures[:i]
    )


def is_prediction(answer, expected):
    """Of this very picture: its digit, and each probability."""
    return (
        same(answer["probabilities"], expected)
        and answer["predicted_digit"] == expected.index(max(expected))
        and abs(answer["confidence"] - max(expected)) <= TOLERANCE
    )


def asks(kind, sent, is_right, status=200):
    """is_right takes the body, read as JSON, or is the body itself."""

    def check(received_status, body):
        if received_status != status:
            return False
        return body == is_right if isinstance(is_right, bytes) else is_right(json.loads(body))

    return kind, sent, check


def of_one_picture(file, expected):
    """The ways to send it alone."""
    right = lambda answer: is_prediction(answer, expected)
    best = sorted(range(10), key=lambda digit: -expected[digit])[:3]
    top = lambda answer: right(answer) and [one["number"] for one in answer["top_k"]] == best
    encoded = {"image": base64.b64encode(file).decode()}
    return [
        asks("form", client.upload("/predict/", "file", [file]), right),
        asks("form", client.upload("/predict/?top_k=3", "file", [file]), top),
        asks("JSON", client.json_request("/predict/", encoded), right),
    ]


def of_pixels(seen, expected, model):
    """What the network sees, as JSON and by the inference protocol."""
    right = lambda answer: is_prediction(answer, expected[0])
    pixels = {"pixels": list(seen[0])}

    def all_right(answer):
        numbers = answer["outputs"][0]["data"]
        rows = [numbers[i : i + 10] for i in range(0, len(numbers), 10)]
        digits = [row.index(max(row)) for row in expected]
        return (
            len(rows) == len(expected)
            and all(map(same, rows, expected))
            and answer["outputs"][1]["data"] == digits
        )

    tensor = {
        "name": "pixels",
        "shape": [len(seen), 28, 28],
        "datatype": "UINT8",
        "data": [value for picture in seen for value in picture],
    }
    infer = client.json_request(f"/v2/models/{model}/infer", {"inputs": [tensor]})
    return [
        asks("pixels", client.json_request("/predict/", pixels), right),
        asks("inference protocol", infer, all_right),
    ]


def of_several(files, expected):
    """A batch, with one file among them that is no picture."""

    def right(answer):
        *good, bad = answer["predictions"]
        return (
            len(good) == len(expected)
            and all(map(is_prediction, good, expected))
            and bad["status"] == 415
        )

    return [asks("batch", client.upload("/predict/batch", "files", [*files, b"none"]), right)]


def without_a_picture():
    """What is refused, and what is not asked of the network."""
    no_file = client.upload("/predict/", "other", [b"none"])
    return [
        asks("refused", client.upload("/predict/", "file", [b"none"]), lambda a: "error" in a, 415),
        asks("refused", no_file, lambda a: a["detail"][0]["loc"] == ["body", "file"], 422),
        asks("refused", client.request("GET", "/nowhere"), b'{"detail":"Not Found"}', 404),
        asks("health", client.request("GET", "/healthz"), b'{"status":"alive"}'),
        asks("health", client.request("GET", "/readyz"), b'{"status":"ready"}'),
    ]


def all_of_them(files, expected, seen, model):
    """Kinds, requests and checks. files, expected, seen: one for each picture."""
    chance = random.Random(1)
    asked = []
    for number in range(len(files)):
        asked += of_one_picture(files[number], expected[number])
        some = [number, *chance.choices(range(len(files)), k=chance.randrange(4))]
        asked += of_pixels([seen[i] for i in some], [expected[i] for i in some], model)
        asked += of_several([files[i] for i in some], [expected[i] for i in some])
        asked += without_a_picture()[number % 5 :][:1]
    return asked
