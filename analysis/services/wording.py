"""What search finds the moments of an analysis by, beside their own vectors: the best place of each word, and the
borders of what is said. Written anew whenever moments are written.
"""

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q

from analysis.models import Analysis, Border, Moment, MomentKind, Status, Type, WordPlace
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
    borders = borders_of(_said(analysis_ids))
    while some := list(islice(borders, _AT_ONCE)):
        Border.objects.bulk_create(some)


@transaction.atomic
def index_words(analysis_ids: list[UUID]) -> None:
    """Write the best places of the words of these analyses anew. Who does so at once takes turns."""
    mine = Analysis.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=analysis_ids)
    list(mine.order_by("pk").values_list("pk"))
    WordPlace.objects.filter(analysis__in=analysis_ids).delete()
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [analysis_ids])


def index_all(*, anew: bool = False) -> int:
    """Write what search finds moments by, for every analysis that lacks any of it, or `anew` for all; returns for how
    many. Each is a transaction of its own.
    """
    count = 0
    for analysis_id in _done() if anew else _lacking():
        index([analysis_id])
        count += 1
    return count


def _done() -> list[UUID]:
    """The analyses that may have moments."""
    done = Analysis.objects.filter(status=Status.COMPLETED).order_by("pk")
    return list(done.values_list("pk", flat=True))


def _lacking() -> Iterator[UUID]:
    """The analyses with words that have no places, or with borders that are not written."""
    size = Func(F("vector"), function="length", output_field=IntegerField())
    worded = Moment.objects.filter(analysis=OuterRef("pk")).annotate(words=size).filter(words__gt=0)
    placed = WordPlace.objects.filter(analysis=OuterRef("pk"))
    bordered = Border.objects.filter(analysis=OuterRef("pk"))
    done = Analysis.objects.filter(status=Status.COMPLETED).order_by("pk")
    told = done.annotate(placed=Exists(placed), bordered=Exists(bordered))
    lacks = told.filter(Q(placed=False) | Q(type=Type.TRANSCRIPTION, bordered=False)).filter(Exists(worded))
    for analysis_id, is_placed in list(lacks.values_list("pk", "placed")):
        # Of two who speak in turn nothing may be a border.
        if not is_placed or next(borders_of(_said([analysis_id])), None):
            yield analysis_id


def _said(analysis_ids: list[UUID]) -> Iterator[Moment]:
    """What is said in these analyses, one after another."""
    said = Moment.objects.filter(analysis__in=analysis_ids, kind=MomentKind.SPEECH).exclude(text="")
    rows = said.only("analysis_id", "start", "end", "speaker", "text").order_by("analysis_id", "start", "id")
    return rows.iterator(_AT_ONCE)


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
