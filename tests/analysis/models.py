"""Tiny models that the tests make themselves, of the shapes that real ones have, and a face that a cascade knows."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw, ImageFilter

_OPSET = 13
_STRIDES = (8, 16, 32)


def portrait(size: int = 200) -> Image.Image:
    """A drawn face, seen from the front."""
    skin, hair = (224, 180, 150), (50, 35, 25)
    image = Image.new("RGB", (200, 200), (90, 110, 130))
    draw = ImageDraw.Draw(image)
    draw.ellipse((30, 5, 170, 110), fill=hair)
    draw.ellipse((38, 25, 162, 195), fill=skin)
    for centre in (72, 128):
        draw.ellipse((centre - 22, 78, centre + 22, 108), fill=(161, 130, 108))
        draw.ellipse((centre - 16, 85, centre + 16, 103), fill=(245, 245, 245))
        draw.ellipse((centre - 8, 85, centre + 8, 103), fill=(30, 20, 15))
        draw.line([(centre - 22, 74), (centre + 22, 72)], fill=hair, width=7)
    draw.polygon([(100, 95), (88, 136), (112, 136)], fill=(242, 194, 162))
    for left in (86, 102):
        draw.ellipse((left, 130, left + 12, 140), fill=(134, 108, 90))
    draw.ellipse((74, 150, 126, 172), fill=(170, 80, 80))
    draw.line([(76, 161), (124, 161)], fill=(90, 30, 30), width=4)
    return image.filter(ImageFilter.GaussianBlur(2)).resize((size, size))


def yunet(path: Path) -> Path:
    """A model with YuNet's inputs and outputs, which takes each bright field of 32 pixels for a face."""
    nodes, weights, outputs = [], [], []

    def head(name: str, stride: int, channels: int, weight: float, bias: list[float]) -> None:
        kernel = np.full((channels, 3, stride, stride), weight / (3 * stride * stride * 255), np.float32)
        key = f"{name}_{stride}"
        weights.extend(
            [
                numpy_helper.from_array(kernel, f"{key}_w"),
                numpy_helper.from_array(np.array(bias, np.float32), f"{key}_b"),
                numpy_helper.from_array(np.array([1, -1, channels], np.int64), f"{key}_s"),
            ]
        )
        nodes.extend(
            [
                helper.make_node(
                    "Conv",
                    ["input", f"{key}_w", f"{key}_b"],
                    [f"{key}_c"],
                    kernel_shape=[stride] * 2,
                    strides=[stride] * 2,
                ),
                helper.make_node("Transpose", [f"{key}_c"], [f"{key}_t"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"{key}_t", f"{key}_s"], [key]),
            ]
        )
        outputs.append(helper.make_tensor_value_info(key, TensorProto.FLOAT, [1, None, channels]))

    for name, channels in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        for stride in _STRIDES:
            bright = name in {"cls", "obj"} and stride == _STRIDES[-1]
            head(name, stride, channels, 1.0 if bright else 0.0, [0.0] * channels)
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 640, 640])
    _save(path, nodes, [given], outputs, weights)
    return path


def _save(path: Path, nodes: list, inputs: list, outputs: list, weights: list) -> None:  # type: ignore[type-arg]
    """Write a model that has been checked."""
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def classifier(path: Path) -> Path:
    """A model that tells red, green and blue pictures of 8 × 8 points apart (without the softmax)."""
    kernel = np.zeros((3, 3, 8, 8), np.float32)
    for colour in range(3):
        kernel[colour, colour] = 10.0 / 64
    weights = [
        numpy_helper.from_array(kernel, "w"),
        numpy_helper.from_array(np.array([1, 3], np.int64), "s"),
    ]
    nodes = [
        helper.make_node("Conv", ["image", "w"], ["c"], kernel_shape=[8, 8]),
        helper.make_node("Reshape", ["c", "s"], ["out"]),
    ]
    given = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8])
    _save(path, nodes, [given], [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3])], weights)
    return path


def detector(path: Path) -> Path:
    """A model with YOLO's newer answer, [1, 4 + classes, places]: in each of 4 × 4 fields of 16 points it is as sure of
    its first class as the field is red, and of its second as it is blue.
    """
    kernel = np.zeros((6, 3, 16, 16), np.float32)
    kernel[4, 0], kernel[5, 2] = 1.0 / 256, 1.0 / 256
    kernel[4, 1:], kernel[5, :2] = -1.0 / 256, -1.0 / 256
    middles = np.zeros((1, 6, 16), np.float32)
    for field in range(16):
        middles[0, :4, field] = (field % 4 * 16 + 8, field // 4 * 16 + 8, 16, 16)
    weights = [
        numpy_helper.from_array(kernel, "w"),
        numpy_helper.from_array(np.array([1, 6, 16], np.int64), "s"),
        numpy_helper.from_array(middles, "m"),
    ]
    nodes = [
        helper.make_node("Conv", ["image", "w"], ["c"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("Reshape", ["c", "s"], ["r"]),
        helper.make_node("Add", ["r", "m"], ["out"]),
    ]
    given = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 64, 64])
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 6, 16])
    _save(path, nodes, [given], [out], weights)
    return path
