/** What goes with the pictures: captions, chapters on the bar, small pictures of what the bar leads to. */

import { chaptersTrack } from "./chapters.js";

const VTT = "text/vtt";
const SPOKEN = new Set(["subtitles", "captions"]);
/** The first letter that has a direction, of either kind. */
const FIRST_STRONG = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Devanagari}]/u;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Whether a playback document names captions of its own. */
export const hasCaptions = (playback) => (playback.captions ?? []).some(({ kind }) => SPOKEN.has(kind));

/** Whether a text runs from right to left, by its first letter that has a direction. */
export const runsLeft = (text) => RIGHT_TO_LEFT.test(FIRST_STRONG.exec(text)?.[0] ?? "");

/** Set each cue's direction by its own letters, as WebVTT asks for: the library takes all for left to right. */
function direct(cues, Cue, above = null) {
  for (const cue of cues) {
    const text = [cue.payload, ...cue.nestedCues.map(({ payload }) => payload)].join(" ");
    const runs = above ?? (runsLeft(text) ? Cue.direction.HORIZONTAL_RIGHT_TO_LEFT : Cue.direction.HORIZONTAL_LEFT_TO_RIGHT);
    cue.direction = runs;
    direct(cue.nestedCues, Cue, runs);
  }
}

/** The library's display of captions, with cues that run as they are written. */
export function directedDisplay(shaka) {
  return (player) => {
    const display = new shaka.text.UITextDisplayer(player);
    const append = display.append.bind(display);
    display.append = (cues) => {
      direct(cues, shaka.text.Cue);
      append(cues);
    };
    return display;
  };
}

/**
 * Let captions of an HLS set be shown whenever they are chosen. The library learns where they belong from the pictures that
 * arrive after its text was first made ready, so of a short film that is there as a whole it would never show any. Its text
 * is therefore made ready before the first picture, and put out of use with the first request.
 */
export function wakeText(shaka, player) {
  const { SEGMENT } = shaka.net.NetworkingEngine.RequestType;
  let awake = false;
  player.addEventListener("streaming", () => {
    const [track] = player.getTextTracks();
    awake = Boolean(track) && player.getManifestType() === "HLS";
    if (awake) player.configure("preferredText", [{ language: track.language }]);
  });
  player.getNetworkingEngine().registerRequestFilter((type) => {
    if (!awake || type !== SEGMENT) return;
    awake = false;
    player.configure("preferredText", []);
    player.selectTextTrack(null);
  });
}

/**
 * Add to what a player has loaded the tracks that its playback document names; what cannot be had is left out.
 * `chosen` is the caption that was shown before, as `chosenCaption` told it: undefined where nobody has chosen yet.
 */
export async function addTracks(player, playback, chosen) {
  const captions = (playback.captions ?? []).filter(({ kind }) => SPOKEN.has(kind));
  const chapters = chaptersTrack(playback.captions);
  const added = captions.map(({ url, language, kind, label }) => player.addTextTrackAsync(url, language, kind, VTT, "", label || ""));
  const others = [];
  if (chapters) others.push(player.addChaptersTrack(chapters.url, chapters.language, VTT));
  if (playback.storyboard_url && !player.getImageTracks().length) others.push(player.addThumbnailsTrack(playback.storyboard_url, VTT));
  const tracks = await Promise.allSettled(added);
  await Promise.allSettled(others);
  const wanted = chosen === undefined ? captions.findIndex((caption) => caption.default) : captions.findIndex((caption) => isSame(caption, chosen));
  if (tracks[wanted]?.value) player.selectTextTrack(tracks[wanted].value);
  else if (chosen && !captions.length) takeUp(player, chosen);
}

/** Show again a caption of the set itself, once its text has been woken. */
function takeUp(player, chosen) {
  const arrived = () => {
    player.removeEventListener("segmentappended", arrived);
    const track = player.getTextTracks().find((one) => isSame(one, chosen));
    if (track) player.selectTextTrack(track);
  };
  player.addEventListener("segmentappended", arrived);
}

const isSame = (caption, chosen) => chosen !== null && caption.language === chosen.language && (caption.label || "") === chosen.label;

/** The caption that is shown (`language`, `label`), or null. */
export function chosenCaption(player) {
  const shown = player.getTextTracks().find((track) => track.active);
  return shown ? { language: shown.language, label: shown.label ?? "" } : null;
}

/** Show captions or hide them: those shown last, else those in the page's language, else the first. */
export function toggleCaptions(player, last) {
  const tracks = player.getTextTracks();
  if (!tracks.length) return null;
  if (tracks.some((track) => track.active)) {
    player.selectTextTrack();
    return false;
  }
  const language = document.documentElement.lang.split("-")[0];
  const best = tracks.find((track) => last && track.language === last.language && (track.label ?? "") === last.label)
    ?? tracks.find((track) => track.language.split("-")[0] === language)
    ?? tracks[0];
  player.selectTextTrack(best);
  return true;
}
