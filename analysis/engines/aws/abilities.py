"""What the services can do: of which media, in which languages, and in which regions each of them is there."""

from dataclasses import replace
from functools import cache

import botocore.session
from botocore.exceptions import UnknownRegionError

from analysis.engines.aws import hearing
from analysis.engines.aws.options import Options
from analysis.engines.base import Ability, Capabilities, Kind, Type
from analysis.exceptions import AWS_MISSING, REKOGNITION_ELSEWHERE, TRANSCRIBE_ELSEWHERE

_HOUR = 3600.0
_MOST_SEEN, _MOST_HEARD = 6 * _HOUR, 4 * _HOUR
# What Rekognition reads of the letters that people write.
_READ = frozenset({"ar", "de", "en", "es", "fr", "it", "pt", "ru"})
_ON_FILMS: frozenset[Kind] = frozenset({"video"})
_SEEN: frozenset[Kind] = frozenset({"video", "image"})
_HEARD: frozenset[Kind] = frozenset({"video", "audio"})


def capabilities(options: Options) -> Capabilities:
    """Return what can be done now; nothing is asked of the services."""
    unset = "" if options.bucket and options.region else AWS_MISSING
    sight = unset or ("" if is_offered("rekognition", options.region) else REKOGNITION_ELSEWHERE)
    sound = unset or ("" if is_offered("transcribe", options.region) else TRANSCRIBE_ELSEWHERE)
    seen = Ability(_SEEN, "", most_seconds=_MOST_SEEN, missing=sight)
    heard = Ability(_HEARD, "", languages=hearing.languages(), most_seconds=_MOST_HEARD, missing=sound)
    return Capabilities(
        {
            Type.TRANSCRIPTION: heard,
            Type.MODERATION: seen,
            Type.OBJECTS: seen,
            Type.FACES: replace(seen, names=True),
            Type.TEXT: replace(seen, languages=_READ),
            Type.SHOTS: replace(seen, kinds=_ON_FILMS),
        }
    )


@cache
def is_offered(service: str, region: str) -> bool:
    """Whether a service is there in a region, by boto's own list; of regions that the list does not know it is."""
    session = botocore.session.get_session()
    try:
        partition = session.get_partition_for_region(region)
    except UnknownRegionError:
        return True
    known = session.get_available_regions("s3", partition)
    return region not in known or region in session.get_available_regions(service, partition)
