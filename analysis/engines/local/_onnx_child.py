"""Runs alone in the sandbox: asks an ONNX model about pictures, as its card says.

Reads one request as JSON and prints one answer: for each picture the number of each class that was seen, how sure the
model is, and for a detector left, top, width and height in shares of the picture. It imports nothing of the project.
"""

import json
import sys
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image

LAPPING = 0.5
MOST_FOR_ONE = 100
GREY = 114
ROWS = 2


def ready(image: Image.Image, given: dict[str, Any]) -> tuple[Any, tuple[float, float, float, float]]:
    """Return the picture as the model wants it, and its place in that: left, top, width, height in pixels."""
    width, height = given["width"], given["height"]
    place = (0.0, 0.0, float(width), float(height))
    if given["fit"] == "letterbox":
        factor = min(width / image.width, height / image.height)
        inner = max(1, round(image.width * factor)), max(1, round(image.height * factor))
        left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
        whole = Image.new("RGB", (width, height), (GREY, GREY, GREY))
        whole.paste(image.resize(inner, Image.Resampling.BILINEAR), (left, top))
        place = (float(left), float(top), float(inner[0]), float(inner[1]))
    else:
        whole = image.resize((width, height), Image.Resampling.BILINEAR)
    values = np.asarray(whole, dtype=np.float32)
    if given["colours"] == "bgr":
        values = values[:, :, ::-1]
    values = (values * given["scale"] - np.array(given["mean"])) / np.array(given["deviation"])
    if given["layout"] == "nchw":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[None], dtype=np.float32), place


def activated(values: Any, how: str) -> Any:
    """Return shares from 0 to 1."""
    if how == "softmax":
        powers = np.exp(values - values.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)
    return 1 / (1 + np.exp(-values)) if how == "sigmoid" else values


def classes_of(answer: Any, card: dict[str, Any], threshold: float) -> list[list[Any]]:
    """What a classifier has seen in the picture as a whole."""
    shares = activated(answer.reshape(-1), card["activation"])
    if len(shares) != card["classes"]:
        raise ValueError(f"the model answers with {len(shares)} classes, and its card has {card['classes']}")
    return [[int(n), float(min(1.0, shares[n])), None] for n in np.flatnonzero(shares >= threshold)]


def rows_of(answer: Any, columns: int) -> Any:
    """The rows of a detector's answer, one for each place, whichever way round it is."""
    table = answer[0] if answer.ndim > ROWS else answer
    if table.ndim == ROWS and table.shape[1] != columns and table.shape[0] == columns:
        table = table.T
    if table.ndim != ROWS or table.shape[1] != columns:
        raise ValueError(f"the model answers with {list(answer.shape)}, and its card wants {columns} columns")
    return table


def objects_of(answer: Any, card: dict[str, Any], threshold: float, place: Any) -> list[list[Any]]:
    """What a detector has seen, and where: of boxes that lie over each other the surest."""
    first = 5 if card["objectness"] else 4
    rows = rows_of(answer, first + card["classes"])
    shares = activated(rows[:, first:], card["activation"])
    if card["objectness"]:
        shares = shares * activated(rows[:, 4:5], card["activation"])
    best = shares.argmax(axis=1)
    sure = shares[np.arange(len(rows)), best]
    kept: list[list[Any]] = []
    for number in np.argsort(-sure):
        if sure[number] < threshold or len(kept) >= MOST_FOR_ONE:
            break
        box = box_of(rows[number, :4], place)
        if not any(one[0] == best[number] and lapping(one[2], box) > LAPPING for one in kept):
            kept.append([int(best[number]), float(min(1.0, sure[number])), box])
    return kept


def box_of(row: Any, place: Any) -> list[float]:
    """A box (its middle and sides, in pixels of the model) in shares of the picture."""
    middle_x, middle_y, width, height = (float(value) for value in row)
    left, top = (middle_x - width / 2 - place[0]) / place[2], (middle_y - height / 2 - place[1]) / place[3]
    right, bottom = left + width / place[2], top + height / place[3]
    sides = [min(1.0, max(0.0, value)) for value in (left, top, right, bottom)]
    return [
        round(sides[0], 5),
        round(sides[1], 5),
        round(sides[2] - sides[0], 5),
        round(sides[3] - sides[1], 5),
    ]


def lapping(one: list[float], other: list[float]) -> float:
    """How much two boxes lie over each other."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (one[2] * one[3] + other[2] * other[3] - width * height)


def main() -> None:
    """Answer the request."""
    request = json.load(sys.stdin)
    card = request["card"]
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(request["threads"])
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(request["model"], options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    found = []
    try:
        for path in request["pictures"]:
            with Image.open(path, formats=["JPEG"]) as image:
                values, place = ready(image.convert("RGB"), card["input"])
            answer = session.run(None, {name: values})[0]
            if card["family"] == "classifier":
                found.append(classes_of(answer, card, request["threshold"]))
            else:
                found.append(objects_of(answer, card, request["threshold"], place))
    except ValueError as error:
        json.dump({"error": str(error)}, sys.stdout)
        return
    json.dump({"found": found}, sys.stdout)


main()
