"""What a policy that is a shadow would have done, beside what those that are on have said."""

from dataclasses import dataclass, field

from django.db import connection

from analysis.models import Policy

_SAMPLES = 6
_COMPARED = """
SELECT said.stands, said.shadow, count(*), (array_agg(said.asset_id ORDER BY said.judged_at DESC))[1:%s]
FROM (
    SELECT j.asset_id, j.judged_at, j.shadows ->> %s AS shadow,
        CASE
            WHEN jsonb_path_exists(j.bands, '$.* ? (@ == "block")') THEN 'block'
            WHEN jsonb_path_exists(j.bands, '$.* ? (@ == "review")') THEN 'review'
            WHEN jsonb_path_exists(j.bands, '$.* ? (@ == "regional")') THEN 'regional'
            ELSE 'pass'
        END AS stands
    FROM analysis_judgement j
    JOIN assets_asset a ON a.id = j.asset_id AND a.deleted_at IS NULL
    WHERE j.shadows ->> %s IS NOT NULL
) AS said
GROUP BY said.stands, said.shadow
"""


@dataclass
class Shadow:
    """Numbers of assets by "from>to": from what those that are on say together, to what the shadow says; with the ids
    of the newest of those that would have stood otherwise.
    """

    counts: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many assets the shadow was asked about."""
        return sum(self.counts.values())


def of(*, policy: Policy) -> Shadow:
    """What a shadow has said so far; one query."""
    found = Shadow()
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED, [_SAMPLES, policy.slug, policy.slug])
        for stands, shadow, count, ids in cursor.fetchall():
            change = f"{stands}>{shadow}"
            found.counts[change] = count
            if stands != shadow:
                found.samples[change] = [str(pk) for pk in ids]
    return found
