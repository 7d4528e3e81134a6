"""The small waveform of a card."""

from processing.steps.transcoding import card_peaks


def test_a_card_keeps_the_loudest_of_each_piece() -> None:
    peaks = tuple(0.1 if n % 10 else 0.9 for n in range(960))
    assert card_peaks(peaks) == [0.9] * 96
    assert card_peaks((0.123, 0.456)) == [0.12, 0.46]
