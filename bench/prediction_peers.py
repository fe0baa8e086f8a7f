"""Predictions of a weights file in ONNX Runtime, OpenVINO and PyTorch, timed as inkling-bench times
them: one process for each measurement, one JSON object in inkling-bench's form.

    prediction_peers.py prepare WEIGHTS MNIST FOLDER   writes the models that the others read
    prediction_peers.py run ENGINE BATCH THREADS SECONDS MNIST FOLDER

Engines: onnxruntime, openvino, openvino-bf16, openvino-int8 (NNCF, calibrated on 300 training
images), pytorch, pytorch-channels-last. Pictures are normalized before the clock starts.
"""
import gzip
import json
import pathlib
import sys
import time

import numpy as np

CALIBRATION_IMAGES = 300
WARM_UP_CALLS = 2
MAX_WARM_UP_SECONDS = 0.2


def read_images(folder, split):
    """uint8 [count, 1, 28, 28] of MNIST's split, plain or gzipped."""
    path = pathlib.Path(folder) / f"{split}-images-idx3-ubyte"
    plain = path.read_bytes() if path.exists() else gzip.decompress(
        path.with_name(path.name + ".gz").read_bytes())
    return np.frombuffer(plain, np.uint8, offset=16).reshape(-1, 1, 28, 28)


def normalized(images, normalization):
    return (images.astype(np.float32) / 255 - np.float32(normalization["mean"])) / np.float32(
        normalization["deviation"])


def contents_of(weights):
    """Of a weights file: its layers and normalization, as the metadata have them, and its tensors
    as float32."""
    from safetensors import safe_open
    with safe_open(weights, "np") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}
    return (json.loads(metadata["inkling.network"])["layers"],
            json.loads(metadata["inkling.normalization"]), tensors)


def write_onnx(layers, tensors, path):
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    nodes = []
    value = "images"
    for index, layer in enumerate(layers):
        result = f"value{index}"
        kind = layer["type"]
        if kind == "conv2d":
            nodes.append(helper.make_node(
                "Conv", [value, layer["name"] + ".weight", layer["name"] + ".bias"], [result],
                kernel_shape=[layer["kernel"]] * 2, strides=[layer["stride"]] * 2,
                pads=[layer["padding"]] * 4))
        elif kind == "linear":
            nodes.append(helper.make_node(
                "Gemm", [value, layer["name"] + ".weight", layer["name"] + ".bias"], [result],
                transB=1))
        elif kind == "relu":
            nodes.append(helper.make_node("Relu", [value], [result]))
        elif kind in ("max_pool2d", "avg_pool2d"):
            nodes.append(helper.make_node(
                "MaxPool" if kind == "max_pool2d" else "AveragePool", [value], [result],
                kernel_shape=[layer["kernel"]] * 2, strides=[layer["stride"]] * 2))
        elif kind == "flatten":
            nodes.append(helper.make_node("Flatten", [value], [result], axis=1))
        elif kind == "dropout":
            continue
        else:
            raise SystemExit(f"prediction_peers: expected a known layer, received {kind}")
        value = result
    graph = helper.make_graph(
        nodes, "network",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["batch", 10])],
        [numpy_helper.from_array(array, name) for name, array in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def prepare(weights, mnist, folder):
    import nncf
    import openvino
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    layers, normalization, tensors = contents_of(weights)
    (folder / "normalization.json").write_text(json.dumps(normalization))
    write_onnx(layers, tensors, folder / "float32.onnx")
    model = openvino.convert_model(folder / "float32.onnx")
    openvino.save_model(model, folder / "float32.xml", compress_to_fp16=False)
    images = normalized(read_images(mnist, "train")[:CALIBRATION_IMAGES], normalization)
    data = nncf.Dataset([images[i:i + 1] for i in range(len(images))])
    int8 = nncf.quantize(model, data, subset_size=CALIBRATION_IMAGES)
    openvino.save_model(int8, folder / "int8.xml", compress_to_fp16=False)
    np.savez(folder / "pytorch.npz", layers=json.dumps(layers), **tensors)


def onnxruntime_predictor(folder, batch, threads, engine):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder / "float32.onnx", options,
                                           providers=["CPUExecutionProvider"])
    return lambda images: session.run(None, {"images": images})[0]


def openvino_predictor(folder, batch, threads, engine):
    import openvino
    core = openvino.Core()
    model = core.read_model(folder / ("int8.xml" if engine == "openvino-int8" else "float32.xml"))
    model.reshape([batch, 1, 28, 28])
    request = core.compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if engine == "openvino-bf16" else "f32",
    }).create_infer_request()
    return lambda images: request.infer([images], share_inputs=True)[0]


def pytorch_predictor(folder, batch, threads, engine):
    import torch
    from torch import nn
    torch.set_num_threads(threads)
    stored = np.load(folder / "pytorch.npz")
    modules = []
    for layer in json.loads(str(stored["layers"])):
        kind = layer["type"]
        if kind in ("conv2d", "linear"):
            weight = torch.from_numpy(stored[layer["name"] + ".weight"])
            module = nn.Linear(weight.shape[1], weight.shape[0]) if kind == "linear" else nn.Conv2d(
                weight.shape[1], weight.shape[0], layer["kernel"], layer["stride"],
                layer["padding"])
            module.weight.data = weight
            module.bias.data = torch.from_numpy(stored[layer["name"] + ".bias"])
            modules.append(module)
        elif kind == "max_pool2d":
            modules.append(nn.MaxPool2d(layer["kernel"], layer["stride"]))
        elif kind == "avg_pool2d":
            modules.append(nn.AvgPool2d(layer["kernel"], layer["stride"]))
        elif kind in ("relu", "flatten"):
            modules.append(nn.ReLU() if kind == "relu" else nn.Flatten())
    memory_format = (torch.channels_last if engine == "pytorch-channels-last"
                     else torch.contiguous_format)
    network = nn.Sequential(*modules).eval().to(memory_format=memory_format)

    def predict(images):
        with torch.inference_mode():
            return network(torch.from_numpy(images).to(memory_format=memory_format)).numpy()
    return predict


PREDICTORS = {
    "onnxruntime": onnxruntime_predictor,
    "openvino": openvino_predictor,
    "openvino-bf16": openvino_predictor,
    "openvino-int8": openvino_predictor,
    "pytorch": pytorch_predictor,
    "pytorch-channels-last": pytorch_predictor,
}


def run(engine, batch, threads, seconds, mnist, folder):
    folder = pathlib.Path(folder)
    normalization = json.loads((folder / "normalization.json").read_text())
    images = np.resize(normalized(read_images(mnist, "t10k")[:batch], normalization),
                       (batch, 1, 28, 28))
    predict = PREDICTORS[engine](folder, batch, threads, engine)
    begun = time.perf_counter()
    calls = 0
    warm_up = min(seconds, MAX_WARM_UP_SECONDS)
    while calls < WARM_UP_CALLS or time.perf_counter() - begun < warm_up:
        logits = predict(images)
        calls += 1
    seconds_of_calls = []
    begun = before = time.perf_counter()
    while not seconds_of_calls or before - begun < seconds:
        predict(images)
        after = time.perf_counter()
        seconds_of_calls.append(after - before)
        before = after
    seconds_of_calls.sort()

    def percentile(share):
        return seconds_of_calls[max(1, int(np.ceil(share * len(seconds_of_calls)))) - 1]
    print(json.dumps({
        "batch": batch, "threads": threads, "calls": len(seconds_of_calls),
        "p50_ms": 1e3 * percentile(0.5), "p99_ms": 1e3 * percentile(0.99),
        "images_per_s": batch * len(seconds_of_calls) / sum(seconds_of_calls),
        "logits": logits[0].tolist(), "predictions": logits.argmax(1).tolist()}))


def main(arguments):
    if arguments[:1] == ["prepare"] and len(arguments) == 4:
        prepare(*arguments[1:])
    elif arguments[:1] == ["run"] and len(arguments) == 7 and arguments[1] in PREDICTORS:
        run(arguments[1], int(arguments[2]), int(arguments[3]), float(arguments[4]), arguments[5],
            arguments[6])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
