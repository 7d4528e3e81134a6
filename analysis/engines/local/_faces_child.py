"""Runs alone in the sandbox: finds faces in pictures, by YuNet where there is its model, otherwise by Haar's cascade.

Reads one request as JSON and prints one answer: for each picture left, top, width and height of each face in shares of
the picture, and how sure it is. It imports nothing of the project.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import cv2

CASCADE = "haarcascade_frontalface_default.xml"
# A face is at least this share of the picture's shorter side.
LEAST_SHARE = 0.06
# What stands behind a face that a cascade has found: about 3 for a mistake, 6 and more for a face.
HALF_SURE = 4.0


def shares(box: list[float], width: int, height: int) -> list[float]:
    """Turn pixels into shares, cut off at the picture's borders."""
    left, top = max(0.0, box[0] / width), max(0.0, box[1] / height)
    right, bottom = min(1.0, (box[0] + box[2]) / width), min(1.0, (box[1] + box[3]) / height)
    return [round(value, 5) for value in (left, top, max(0.0, right - left), max(0.0, bottom - top))]


def by_cascade() -> Any:
    """Return what finds faces by the cascade that comes with OpenCV."""
    cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / CASCADE))

    def find(image: Any) -> list[list[float]]:
        grey = cv2.equalizeHist(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
        height, width = grey.shape[:2]
        least = max(24, int(min(width, height) * LEAST_SHARE))
        boxes, _levels, weights = cascade.detectMultiScale3(
            grey, scaleFactor=1.2, minNeighbors=6, minSize=(least, least), outputRejectLevels=True
        )
        return [
            [
                *shares([float(value) for value in box], width, height),
                1 - math.exp(-float(weight) / HALF_SURE),
            ]
            for box, weight in zip(boxes, weights, strict=True)
        ]

    return find


def by_model(path: str, threshold: float) -> Any:
    """Return what finds faces by YuNet."""
    detector = cv2.FaceDetectorYN.create(path, "", (320, 320), threshold)

    def find(image: Any) -> list[list[float]]:
        height, width = image.shape[:2]
        detector.setInputSize((width, height))
        _done, rows = detector.detect(image)
        if rows is None:
            return []
        return [
            [*shares([float(value) for value in row[:4]], width, height), min(1.0, float(row[14]))]
            for row in rows
        ]

    return find


def main() -> None:
    """Answer the request."""
    request = json.load(sys.stdin)
    cv2.setNumThreads(int(request["threads"]))
    find = by_model(request["model"], float(request["threshold"])) if request["model"] else by_cascade()
    found = []
    for path in request["pictures"]:
        image = cv2.imread(path, cv2.IMREAD_COLOR)
        found.append([] if image is None else find(image))
    json.dump({"faces": found}, sys.stdout)


main()
