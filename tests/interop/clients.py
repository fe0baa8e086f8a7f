"""Clients that others wrote get right answers from a running server.

    clients.py URL MNIST_FOLDER

Exits 0 when each of them does; else it says which did not.
"""

import sys

import numpy
import requests
import tritonclient.http

from support import mnist

COUNT = 64


def digits_by_rest(url, pictures):
    """Each picture alone, as JSON: what the other clients are compared with."""
    digits = []
    for picture in pictures:
        answer = requests.post(url + "/predict/", json={"pixels": picture.flatten().tolist()})
        answer.raise_for_status()
        digits.append(answer.json()["predicted_digit"])
    return digits


def check_requests_generator(url):
    """requests sends what a generator makes in chunks."""
    form = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n\r\n'
        b"no picture\r\n--B--\r\n"
    )
    answer = requests.post(
        url + "/predict/",
        data=(form[i : i + 7] for i in range(0, len(form), 7)),
        headers={"Content-Type": "multipart/form-data; boundary=B"},
    )
    assert answer.status_code == 415, answer.text  # the form was read, and its file is none
    assert "PNG" in answer.json()["error"], answer.text


def check_triton(url, pictures, expected):
    """Triton's client: metadata, and inference in JSON and in binary tensors."""
    client = tritonclient.http.InferenceServerClient(url.removeprefix("http://"))
    name = requests.get(url + "/model").json()["name"]
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(name)
    tensor = client.get_model_metadata(name)["inputs"][0]
    assert tensor["shape"] == [-1, 28, 28], tensor
    for binary in (True, False):
        for datatype in (numpy.uint8, numpy.float32):
            kind = tritonclient.utils.np_to_triton_dtype(datatype)
            asked = tritonclient.http.InferInput(tensor["name"], pictures.shape, kind)
            asked.set_data_from_numpy(pictures.astype(datatype), binary_data=binary)
            output = tritonclient.http.InferRequestedOutput("digit", binary_data=binary)
            for outputs in (None, [output]):
                digits = client.infer(name, [asked], outputs=outputs).as_numpy("digit")
                assert digits.tolist() == expected, (binary, kind, digits)


def main():
    """Runs all of them."""
    url, folder = sys.argv[1:]
    pictures = mnist.test_pictures(folder, COUNT)
    expected = digits_by_rest(url, pictures)
    check_requests_generator(url)
    check_triton(url, pictures, expected)
    print(f"requests and tritonclient: {COUNT} pictures, each the same digit in every way")


if __name__ == "__main__":
    main()
