"""What search looks in beside the moments themselves; written by `analysis.services.wording` alone."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from analysis.models.work import Analysis


class WordPlace(models.Model):
    """Where in an analysis a word stands best: in the `moment` (its id) that has it most often, the earliest of these.

    `word` is a lexeme, as PostgreSQL has it; `times` is how often the moment has it, `start` where that begins, in
    seconds. A word of a fiftieth of all moments has a row for each film, where it had a hundred moments to be ranked.
    """

    id = models.BigAutoField(primary_key=True)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="word_places")
    word = models.TextField()
    times = models.PositiveIntegerField()
    start = models.FloatField()
    moment = models.BigIntegerField()

    class Meta:
        verbose_name = "place of a word"
        verbose_name_plural = "places of words"
        constraints = [
            models.UniqueConstraint(
                fields=["word", "analysis"],
                include=["times", "start", "moment"],
                name="analysis_word_place_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.start:.2f}"


class Border(models.Model):
    """Where one moment of speech goes over into the next one, so that what is said across it is found.

    `moment` is the id of the earlier one, `start` where that begins, in seconds; `vector` has the last words of it and
    the first ones of the next.
    """

    id = models.BigAutoField(primary_key=True)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="borders")
    moment = models.BigIntegerField(unique=True)
    start = models.FloatField()
    vector = SearchVectorField(editable=False)

    class Meta:
        verbose_name = "border of two moments"
        verbose_name_plural = "borders of two moments"
        indexes = [GinIndex(fields=["vector"], name="analysis_border_vector")]

    def __str__(self) -> str:
        return f"{self.start:.2f}"
