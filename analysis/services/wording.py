"""What search finds the moments of an analysis by, beside their own vectors: the best place of each word, and the
borders of what is said. Written anew whenever moments are written.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from uuid import UUID

from django.db import connection, transaction

from analysis.models import Analysis, Border, Moment, MomentKind, WordPlace
from mediaportal.core import fulltext

# A longer silence, in seconds, ends what somebody says.
LONGEST_PAUSE = 3.0
_AT_ONCE = 2000
_WORDS = """
INSERT INTO analysis_wordplace (analysis_id, word, times, start, moment)
SELECT DISTINCT ON (moment.analysis_id, said.lexeme)
    moment.analysis_id, said.lexeme, cardinality(said.positions), moment.start, moment.id
FROM analysis_moment AS moment, unnest(moment.vector) AS said
WHERE moment.analysis_id = ANY(%s)
ORDER BY moment.analysis_id, said.lexeme, cardinality(said.positions) DESC, moment.start, moment.id DESC
"""


@transaction.atomic
def write(moments: Iterable[Moment], *, analysis: Analysis) -> None:
    """Write the moments of an analysis, and what search finds them by."""
    Moment.objects.bulk_create(moments, batch_size=_AT_ONCE)
    index([analysis.pk])


@transaction.atomic
def index(analysis_ids: list[UUID]) -> None:
    """Write anew what search finds the moments of these analyses by."""
    index_words(analysis_ids)
    Border.objects.filter(analysis__in=analysis_ids).delete()
    said = Moment.objects.filter(analysis__in=analysis_ids, kind=MomentKind.SPEECH).exclude(text="")
    rows = said.only("analysis_id", "start", "end", "speaker", "text").order_by("analysis_id", "start", "id")
    Border.objects.bulk_create(borders_of(rows.iterator(_AT_ONCE)), batch_size=_AT_ONCE)


@transaction.atomic
def index_words(analysis_ids: list[UUID]) -> None:
    """Write the best places of the words of these analyses anew. Who does so at once takes turns."""
    mine = Analysis.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=analysis_ids)
    list(mine.order_by("pk").values_list("pk"))
    WordPlace.objects.filter(analysis__in=analysis_ids).delete()
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [analysis_ids])


def borders_of(moments: Iterable[Moment]) -> Iterator[Border]:
    """The borders between moments of speech, in their order, at which one person goes on speaking; not saved yet."""
    for one, following in pairwise(moments):
        if _goes_on(one, following):
            yield Border(
                analysis_id=one.analysis_id,
                moment=one.pk,
                start=one.start,
                vector=fulltext.border_of(one.text, following.text),
            )


def _goes_on(one: Moment, following: Moment) -> bool:
    """Whether it is the same that speaks on, as far as anybody has told who speaks."""
    same = one.speaker == following.speaker or not (one.speaker and following.speaker)
    near = following.start - one.end <= LONGEST_PAUSE
    return one.analysis_id == following.analysis_id and same and near
