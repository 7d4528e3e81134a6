"""The words that the scripts in the browser show, in the reader's language.

A key holds one sentence, or its plural forms by CLDR category, which the browser chooses with `Intl.PluralRules`.
"""

import re

from django.utils.formats import get_format
from django.utils.translation import gettext, ngettext

from assets import registry
from assets.plurals import Forms, forms
from assets.reviewwords import queue_words, review_words

_NAMED = re.compile(r"%\((\w+)\)[ds]")


def _for_browser(sentence: str) -> str:
    """A sentence of the server's own, with `{name}` where the browser fills in."""
    return _NAMED.sub(r"{\1}", sentence)


def step_word(name: str) -> str:
    """What one step is doing; a step that is not known is named as it is."""
    return registry.step_words().get(name, name.replace("_", " ").capitalize())


def state_words() -> dict[str, str]:
    """The vocabulary of states for the browser, where `{percent}` stands for the number."""
    return {
        "state.waiting": gettext("Waiting"),
        "state.draft": gettext("Not sent yet"),
        "state.known": gettext("You already have this"),
        "state.paused": gettext("Paused"),
        "state.asking": gettext("Choose it again"),
        "state.sent": gettext("Sent"),
        "state.uploading": gettext("Uploading"),
        "state.fetching": gettext("Fetching"),
        "state.checking": gettext("Checking"),
        "state.processing": gettext("Processing"),
        "state.processingAt": gettext("Processing {percent}"),
        "state.ready": gettext("Ready"),
        "state.held": gettext("Held for review"),
        "state.blocked": gettext("Blocked"),
        "state.failed": gettext("Failed"),
        "state.cancelled": gettext("Cancelled"),
    }


def timeline_words() -> dict[str, str | Forms]:
    """What the timeline under the player says."""
    return {
        "timeline.found": forms(lambda n: ngettext("Found at {n} place", "Found at {n} places", n)),
        "timeline.foundMore": gettext("Found at more than {n} places"),
        "timeline.none": gettext("This is neither said nor shown here."),
        "timeline.hit": gettext("{time}: {words}"),
        "timeline.sure": gettext("{percent} sure"),
        "timeline.many": forms(lambda n: ngettext("{n} moment together", "{n} moments together", n)),
        "timeline.again": gettext("Try again"),
        "timeline.all": gettext("All kinds"),
    }


def measure_words() -> dict[str, str | Forms]:
    """Sizes in Django's own words and times in those of the pages, so that browser and server write them alike."""
    units = ("%s KB", "%s MB", "%s GB", "%s TB")
    return {
        "size.bytes": forms(lambda n: ngettext("{n} byte", "{n} bytes", n)),
        **{f"size.{step}": gettext(unit) % "{n}" for step, unit in enumerate(units, start=1)},
        "decimal": get_format("DECIMAL_SEPARATOR"),
        "span.s": _for_browser(gettext("%(seconds)s s")),
        "span.min": _for_browser(gettext("%(minutes)d min")),
        "span.minS": _for_browser(gettext("%(minutes)d min %(seconds)d s")),
        "span.hMin": _for_browser(gettext("%(hours)d h %(minutes)d min")),
    }


def upload_words() -> dict[str, str | Forms]:
    """What the upload page says."""
    return {
        "upload.empty": gettext("This file is empty. Choose it again once it has content."),
        "upload.tooLarge": gettext("This file is {size}. The largest that fits is {limit}."),
        "upload.offline": gettext("The connection broke. Check it, then try again."),
        "upload.server": gettext(
            "The portal could not take this file (status {status}). Try again in a moment."
        ),
        "upload.of": gettext("{done} of {total}"),
        "upload.left": gettext("about {time} left"),
        "upload.elapsed": gettext("for {time} so far"),
        "upload.speed": gettext("{size}/s"),
        "upload.files": forms(lambda n: ngettext("{n} file", "{n} files", n)),
        "upload.readyOf": gettext("{done} of {total} ready"),
        "upload.sentOf": gettext("{done} of {total} sent"),
        "upload.failedToo": forms(lambda n: ngettext("{n} failed", "{n} failed", n)),
        "upload.askingToo": forms(
            lambda n: ngettext("{n} must be chosen again", "{n} must be chosen again", n)
        ),
        "upload.drafts": forms(lambda n: ngettext("{n} file not sent yet", "{n} files not sent yet", n)),
        "upload.draftsOpen": gettext("Go on with them"),
        "upload.said": gettext("{name}: {state}"),
        "upload.asking": gettext(
            "The browser lost this file. Choose it once more, and it goes on at {percent}."
        ),
        "upload.another": gettext("This is another file. Choose {name}."),
        "upload.twice": gettext("{name} is in the list already."),
        "upload.known": gettext("The same file is in the portal:"),
        "upload.knownAgain": gettext("To send it anyway, choose the file again."),
        "upload.sameName": gettext("Another file of this name is here:"),
        "upload.looking": gettext("Comparing with what is here"),
        "upload.pauseAll": gettext("Pause all"),
        "upload.resumeAll": gettext("Go on with all"),
        "upload.title": gettext("Uploads"),
        "upload.noCollection": gettext("In no collection"),
        "upload.asForAll": gettext("As for all"),
    }


def uppy_words() -> dict[str, str | Forms]:
    """What Uppy's Dashboard says, by its own names; `{n}` is its count."""
    return {
        "uppy.dashboardTitle": gettext("Files to send"),
        "uppy.addMore": gettext("Add files"),
        "uppy.addMoreFiles": gettext("Add files"),
        "uppy.addingMoreFiles": gettext("Add files"),
        "uppy.back": gettext("Back"),
        "uppy.cancel": gettext("Cancel"),
        "uppy.done": gettext("Done"),
        "uppy.error": gettext("Failed"),
        "uppy.removeFile": gettext("Take {file} out"),
        "uppy.editFile": gettext("Edit the details"),
        "uppy.editFileWithFilename": gettext("Edit the details of {file}"),
        "uppy.editing": gettext("Details of {file}"),
        "uppy.finishEditingFile": gettext("Close without saving"),
        "uppy.saveChanges": gettext("Save"),
        "uppy.dropHint": gettext("Drop files here"),
        "uppy.dropPasteBoth": gettext("Drop files here, {browseFiles} or {browseFolders}"),
        "uppy.dropPasteFiles": gettext("Drop files here or {browseFiles}"),
        "uppy.browseFiles": gettext("choose files"),
        "uppy.browseFolders": gettext("choose a folder"),
        "uppy.reSelect": gettext("Choose it again"),
        "uppy.upload": gettext("Upload"),
        "uppy.uploading": gettext("Uploading"),
        "uppy.uploadComplete": gettext("Sent"),
        "uppy.uploadFailed": gettext("Failed"),
        "uppy.uploadPaused": gettext("Paused"),
        "uppy.complete": gettext("Sent"),
        "uppy.paused": gettext("Paused"),
        "uppy.pause": gettext("Pause"),
        "uppy.resume": gettext("Go on"),
        "uppy.retry": gettext("Try again"),
        "uppy.pauseUpload": gettext("Pause"),
        "uppy.resumeUpload": gettext("Go on"),
        "uppy.retryUpload": gettext("Try again"),
        "uppy.cancelUpload": gettext("Cancel"),
        "uppy.showErrorDetails": gettext("What went wrong"),
        "uppy.xFilesSelected": forms(lambda n: ngettext("{n} file chosen", "{n} files chosen", n)),
        "uppy.uploadingXFiles": forms(lambda n: ngettext("Uploading {n} file", "Uploading {n} files", n)),
        "uppy.processingXFiles": forms(lambda n: ngettext("Comparing {n} file", "Comparing {n} files", n)),
        "uppy.uploadXFiles": forms(lambda n: ngettext("Upload {n} file", "Upload {n} files", n)),
        "uppy.uploadXNewFiles": forms(lambda n: ngettext("Upload {n} more", "Upload {n} more", n)),
        "uppy.xMoreFilesAdded": forms(lambda n: ngettext("{n} more chosen", "{n} more chosen", n)),
        "uppy.noDuplicates": gettext("{fileName} is in the list already."),
    }


def playing_words() -> dict[str, str | Forms]:
    """What a player says of what keys did, and of what keeps it from playing: what happened, and what may be done."""
    return {
        "copied": gettext("Copied"),
        "player.copyLink": gettext("Copy the link at this second"),
        "player.linkCopied": gettext("The link at {at} is copied"),
        "player.speed": gettext("Speed {rate}×"),
        "player.slower": gettext("Slower"),
        "player.faster": gettext("Faster"),
        "player.volume": gettext("Volume {percent}"),
        "player.muted": gettext("Sound off"),
        "player.unmuted": gettext("Sound on"),
        "player.captionsOn": gettext("Captions on"),
        "player.captionsOff": gettext("Captions off"),
        "trouble.refused": gettext("You may not watch this any longer"),
        "trouble.refused.next": gettext(
            "It was taken back, or your access ended. Ask whoever showed it to you."
        ),
        "trouble.withdrawn": gettext("This link has been withdrawn"),
        "trouble.withdrawn.next": gettext("Ask whoever sent it to you for another one."),
        "trouble.ended": gettext("This link has ended"),
        "trouble.ended.next": gettext("Ask whoever sent it to you for another one."),
        "trouble.blocked": gettext("This file was blocked"),
        "trouble.blocked.next": gettext("It is shown to nobody for now. Its owner hears why."),
        "trouble.keyRefused": gettext("You may not have the key to this film"),
        "trouble.keyRefused.next": gettext("Try again. If that does not help, ask its owner."),
        "trouble.keyAway": gettext("The key to this film cannot be fetched"),
        "trouble.keyAway.next": gettext("Check the connection, then try again."),
        "trouble.keyWrong": gettext("The key does not open this film"),
        "trouble.keyWrong.next": gettext("Tell whoever looks after this portal, and name the code."),
        "trouble.noSystem": gettext("This browser cannot open protected films of this kind"),
        "trouble.noSystem.next": gettext("Try another browser, or bring this one up to date."),
        "trouble.insecure": gettext("Protected films play only over a secure connection"),
        "trouble.insecure.next": gettext("Open this page by an address that begins with https."),
        "trouble.keyExpired": gettext("The key to this film has run out"),
        "trouble.keyExpired.next": gettext("Try again to have a new one."),
        "trouble.noOutput": gettext("This film may not be shown on this screen"),
        "trouble.noOutput.next": gettext(
            "Its key asks for a protected screen (HDCP). Try another screen or cable."
        ),
        "trouble.network": gettext("The film cannot be fetched"),
        "trouble.network.next": gettext("Check the connection, then try again."),
        "trouble.unplayable": gettext("This cannot be played here"),
        "trouble.unplayable.next": gettext("Another browser may be able to."),
    }


def player_words() -> dict[str, str | Forms]:
    """What the player says, wherever it stands."""
    return {
        "play": gettext("Play"),
        "pause": gettext("Pause"),
        "growing.made": gettext("{made} of {whole} is there."),
        "playerFailed": gettext("This file cannot be played here. Download a rendition instead."),
        "fit": gettext("Fit"),
    }


def watch_catalogue() -> dict[str, str | Forms]:
    """What a page may say on which strangers watch: for them there is nothing else to download."""
    return {
        **player_words(),
        **playing_words(),
        **measure_words(),
        "noAnswer": gettext("The portal did not answer. Check the connection and try again."),
        "playerFailed": gettext("This cannot be played here. Another browser may be able to."),
    }


def transcript_words() -> dict[str, str | Forms]:
    """What the editor of a transcript says, beside what that of captions does."""
    return {
        "transcript": gettext("Transcript"),
        "transcript.facts": forms(
            lambda n: ngettext("Version {version} · {n} segment", "Version {version} · {n} segments", n)
        ),
        "transcript.newer": gettext("A newer transcription has come. This one was chosen and stays shown."),
        "transcript.showNewer": gettext("Show the newer one"),
        "transcript.restored": gettext("Version {version} is shown again"),
        "transcript.saveFirst": gettext("Save or undo your changes first."),
        "transcript.renamed": gettext("Speakers renamed"),
        "transcript.heard": gettext("As it was heard"),
        "transcript.version": gettext("Version {version}"),
        "transcript.fromVersion": gettext("Went back to version {version}"),
        "transcript.captionsMade": gettext("The captions are written"),
        "transcript.writeOver": gettext("Write over them"),
    }


def caption_words() -> dict[str, str | Forms]:
    """What the editor of captions says."""
    return {
        **transcript_words(),
        "captions.kind.subtitles": gettext("Subtitles"),
        "captions.kind.captions": gettext("Captions"),
        "captions.kind.chapters": gettext("Chapters"),
        "captions.kind.descriptions": gettext("Descriptions"),
        "captions.cues": forms(lambda n: ngettext("{n} cue", "{n} cues", n)),
        "captions.added": forms(
            lambda n: ngettext("A track with {n} cue was added", "A track with {n} cues was added", n)
        ),
        "captions.addTitle": gettext("Add captions"),
        "captions.newTitle": gettext("New track"),
        "captions.details": gettext("Details of this track"),
        "captions.add": gettext("Add"),
        "captions.begin": gettext("Begin"),
        "captions.saveDetails": gettext("Save"),
        "captions.tooLarge": gettext("This file is larger than any that the portal reads as captions."),
        "captions.again": gettext("Try again"),
        "captions.goOn": gettext("Go on with them"),
        "captions.throwAway": gettext("Throw them away"),
        "captions.draft": gettext("Changes of {when} were not saved. They are kept in this browser."),
        "captions.draftOlder": gettext(
            "Changes of {when} were not saved, and somebody has saved a newer version since. They are kept in this"
            " browser."
        ),
        "captions.takeTheirs": gettext("Take theirs"),
        "captions.saveMine": gettext("Save mine over it"),
        "captions.newer": gettext("Somebody has saved version {version} while you were writing."),
        "captions.gone": gettext("Somebody has deleted this track. What you wrote is kept in this browser."),
        "captions.mendFirst": gettext("Mend this cue first; then save."),
        "captions.backwards": gettext("It ends before it begins."),
        "captions.empty": gettext("It says nothing. Write something, or delete it."),
        "captions.overlap": gettext("It overlaps the next one by {seconds} s."),
        "captions.fast": gettext("Hard to follow: {n} characters a second."),
        "captions.speed": gettext("{n} characters/s"),
        "captions.noSeconds": gettext("Write a number of seconds, such as 2 or -1.5."),
        "captions.tooEarly": gettext("The first cue would begin before the start."),
        "captions.notFound": gettext("Not found"),
        "captions.replaced": forms(lambda n: ngettext("Replaced {n} time", "Replaced {n} times", n)),
        "captions.wasSplit": gettext("Split"),
        "captions.wasMerged": gettext("Joined"),
        "captions.wasDeleted": gettext("Cue deleted"),
        "captions.wasShifted": gettext("All cues moved"),
        "captions.wasReplaced": gettext("Words replaced"),
    }


def guest_catalogue() -> dict[str, str | Forms]:
    """What the page of a guest link may say: there the end of a file is that it has arrived."""
    return {
        **state_words(),
        **upload_words(),
        **uppy_words(),
        **measure_words(),
        "copied": gettext("Copied"),
        "noAnswer": gettext("The portal did not answer. Check the connection and try again."),
        "state.sent": gettext("Received, thank you"),
    }


def catalogue() -> dict[str, str | Forms]:
    """Everything that the scripts of the pages may say."""
    return {
        **state_words(),
        **upload_words(),
        **uppy_words(),
        **measure_words(),
        **player_words(),
        **playing_words(),
        **caption_words(),
        **{f"step.{name}": word for name, word in registry.step_words().items()},
        "copied": gettext("Copied"),
        "dropToUpload": gettext("Drop to upload"),
        "saved": gettext("Saved"),
        "noAnswer": gettext("The portal did not answer. Check the connection and try again."),
        "signedOut": gettext("You are signed out. Load the page again to sign in."),
        "titleEmpty": gettext("A title needs at least one character."),
        "retrying": gettext("Trying again"),
        "packaging": gettext("It is being packaged"),
        "analysing": gettext("The analysis has been ordered"),
        "mayCost": gettext("May cost up to {price}"),
        **timeline_words(),
        **queue_words(),
        **review_words(),
        "cancelled": gettext("Cancelled"),
        "raised": gettext("Moved to the front"),
        "lowered": gettext("Back in the line"),
        "restored": gettext("Restored"),
        "undo": gettext("Undo"),
        "held.chosen": forms(lambda n: ngettext("{n} chosen", "{n} chosen", n)),
        "held.released": forms(lambda n: ngettext("{n} file let through", "{n} files let through", n)),
        "held.removed": forms(
            lambda n: ngettext("{n} file moved to the trash", "{n} files moved to the trash", n)
        ),
        "noSuchCollection": gettext("There is no such collection. Choose one from the list."),
        "waitingTurn": gettext("Waiting for its turn"),
        "share.made": gettext("The link is made and copied"),
        "share.madeOnly": gettext("The link is made"),
        "share.revoked": gettext("The link is revoked"),
        "keyframes.ordered": gettext("Key frames are being captured."),
        "pictures.taking": gettext("Taking the picture…"),
        "pictures.sending": gettext("Sending the picture…"),
        "pictures.chosen": gettext("The poster has been changed."),
        "pictures.captured": gettext("The frame has been captured."),
        "pictures.failed": gettext("The picture could not be made."),
        "pictures.late": gettext("The picture takes longer; it appears here when it is ready."),
    }
