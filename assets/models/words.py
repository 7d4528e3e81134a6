"""What the library's search looks in; written by `assets.services.wording` alone."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from assets.models.asset import Asset


class AssetWords(models.Model):
    """The words about an asset: those of its title (A), its tags (B) and its description (C) as a vector, and these and
    its file name as one normalised text, for parts of words. Apart from the asset, which is read and written far more
    often.
    """

    asset = models.OneToOneField(Asset, primary_key=True, on_delete=models.CASCADE, related_name="words")
    vector = SearchVectorField(editable=False)
    text = models.TextField(editable=False)

    class Meta:
        verbose_name = "words about an asset"
        verbose_name_plural = "words about assets"
        indexes = [
            GinIndex(fields=["vector"], name="assets_words_vector"),
            GinIndex(OpClass("text", name="gin_trgm_ops"), name="assets_words_parts"),
        ]

    def __str__(self) -> str:
        return self.text.partition("\n")[0]
