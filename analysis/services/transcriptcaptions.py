"""Captions made of a transcript: a track of the asset, written anew when they are made again."""

from analysis.exceptions import CaptionsEdited, NoTranscript
from analysis.models import TranscriptCaption
from analysis.services import transcriptfiles, transcripts
from assets import access
from assets.models import Asset, Caption
from assets.services import captions
from mediaportal.core.problems import NotPermitted

_NO_LANGUAGE = "und"


def make(
    *, user: access.Caller, asset: Asset, language: str = "", label: str = "", over: bool = False
) -> Caption:
    """Make captions of the transcript as it stands, or write it to those that were made of it in this language (that of
    the transcript, when none is said). `over` writes also over what a person has done to them since. Blocks while the
    file is written.

    Raises `NotPermitted`, `NoTranscript`, `CaptionsEdited`, and as `assets.services.captions.write`: `CaptionExists`
    where another track has its name.
    """
    if not access.can_change(user, asset):
        raise NotPermitted
    found = transcripts.read(user=user, asset=asset)
    if found.analysis is None or not found.segments:
        raise NoTranscript
    spoken = next((one.language for one in found.segments if one.language), found.analysis.language)
    tag = language or spoken or _NO_LANGUAGE
    cues = transcriptfiles.cues_of(found.segments)
    links = TranscriptCaption.objects.filter(asset=asset, caption__language__iexact=tag)
    link = links.select_related("caption__asset").first()
    if link is None:
        made = captions.write(user=user, asset=asset, cues=cues, language=tag, label=label)
        TranscriptCaption.objects.create(caption=made, asset=asset, written=made.version)
        return made
    if link.caption.version != link.written and not over:
        raise CaptionsEdited(version=link.caption.version)
    caption = captions.replace(user=user, caption=link.caption, version=link.caption.version, cues=cues)
    TranscriptCaption.objects.filter(pk=caption.pk).update(written=caption.version)
    return caption
