/** Video: Shaka Player with its own controls, adaptive over DASH, else HLS, else one file. */

import { accompany } from "./accompany.js";
import { watchOver } from "./brokenoff.js";
import { earlyPlay } from "./earlyplay.js";
import { tellGrowth } from "./growingword.js";
import { lastPicture, newPicture } from "./lastpicture.js";
import { askPlayback, isPlayable, isRefusal, playbackIn } from "./playback.js";
import { drmOf, isLocked } from "./playerdrm.js";
import { engineOf, retry } from "./playerengine.js";
import { linksOf } from "./playerlinks.js";
import { lowerControls } from "./playerlook.js";
import { watermarkOver } from "./playermark.js";
import { hideTrouble, isOfNetwork, showTrouble, statusOf, troubleOf } from "./playersays.js";
import { askedSecond, copyLink } from "./playertime.js";
import { addTracks, chosenCaption, hasCaptions, toggleCaptions } from "./playertracks.js";
import { shakaFrom } from "./shaka.js";
import { stillsOf } from "./stills.js";

/** As Shaka Player counts: a load cut short. */
const INTERRUPTED = 7000;
/** Answers that will stay the same. */
const NOT_HERE = new Set([404, 410]);

/**
 * Start the player of a stage; returns `stop`, which ends it, `follow`, which takes what a newer stage says while this one
 * goes on (other links, or a better set to go on with at the same time), `check`, which asks whether it may still go on,
 * `end`, which takes the film away and says why (a `Problem`), and `retrack`, which fetches its text tracks anew.
 */
export function startPlayer(stage) {
  const screen = stage.querySelector("[data-player]");
  const video = screen.querySelector("video");
  // What lies over it there, a cover or the like, would not be in a window of its own.
  const stays = Boolean(stage.closest("[data-stays]"));
  let set = { ...screen.dataset };
  let playback = playbackIn(stage);
  let player = null;
  let overlay = null;
  let native = false;
  let over = false;

  const address = () => playback.dash_url || playback.hls_url;
  const grows = () => set.growing === "1";
  /** Of what still grows, the latest picture that is there. */
  const seek = (second) => {
    video.currentTime = player && grows() ? Math.min(second, Math.max(0, player.seekRange().end - 0.5)) : second;
  };

  async function begin() {
    const playEarly = earlyPlay(video);
    const shaka = await shakaFrom(screen.dataset);
    shaka.polyfill.installAll();
    if (!address() || !shaka.Player.isBrowserSupported()) {
      plain(askedSecond(stage) ?? 0);
      return;
    }
    ({ player, overlay } = await engineOf(shaka, screen, video, {
      grows: grows(),
      stays: stays || Boolean(playback.watermark),
      copyLink: () => copyLink(stage, video.currentTime),
      filter: links.filter,
      failed: trouble,
    }));
    if (over) {
      overlay.destroy();
      return;
    }
    player.addEventListener("segmentappended", watch.goesOn);
    player.addEventListener("buffering", watch.tell);
    player.addEventListener("adaptation", company.views.quality);
    player.addEventListener("variantchanged", company.views.quality);
    player.addEventListener("textchanged", () => { if (!owed) shownLast = chosenCaption(player) ?? shownLast; });
    await open({ at: askedSecond(stage) ?? 0, paused: true, rate: 1 });
    playEarly();
  }

  /** How the film stood when it had to be loaded anew, until it is; and whether that failed. */
  let owed = null;
  let broken = false;
  let shownLast = null;
  // While the film waits for more, its own rate is 0; the player knows the one that was chosen.
  const rate = () => player?.getPlaybackRate() || video.playbackRate;
  const standing = () => owed ?? { at: video.currentTime, paused: video.paused, rate: rate() };

  /** Load what the stage names, from where it stood on: DASH, else HLS. */
  let opening = 0;
  async function open(stood) {
    const mine = ++opening;
    owed = stood;
    broken = false;
    overlay.configure({ controlPanelElements: lowerControls(grows()) });
    // The document's own captions are the newest ones; those in the package are the same, from when it was made.
    player.configure({ drm: drmOf(playback), manifest: { disableText: hasCaptions(playback) }, preferredText: [] });
    links.opened(address());
    measure();
    try {
      await load(stood.at);
      if (mine !== opening) return;
      owed = null;
      await addTracks(player, playback, stood.caption);
    } catch (error) {
      if (mine !== opening) return; // another set has been opened meanwhile, or the player has been ended
      broken = true;
      trouble(error);
    }
  }

  async function load(at) {
    try {
      await player.load(address(), at || (grows() ? 0 : null));
    } catch (error) {
      if (!playback.dash_url || !playback.hls_url || error.code === INTERRUPTED) throw error;
      await player.load(playback.hls_url, at || null);
    }
  }

  /** What may get better is tried again. What grew may have been taken back: then the stage says what there is instead. */
  function trouble(error) {
    company.views.error();
    const gone = broken && NOT_HERE.has(statusOf(error));
    if (grows() || (isOfNetwork(error) && !gone)) watch.brokeOff();
    else failed(error);
  }

  const waits = () => video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA || player.isBuffering();
  const watch = watchOver(screen, waits, async () => {
    if (over) return;
    if (grows()) ask();
    else await renew();
    if (over) return;
    if (!broken) retry(player);
    else if (!grows()) await goOn();
  });

  // Where that fails, the next round tries again; the present links still live for a while.
  const links = linksOf(() => (grows() ? ask() : renew().catch(() => {})));

  /** Ask for other links. A film that may not be watched any longer ends here; `why` is the word for that, if it is known. */
  async function renew(why) {
    let newer;
    try {
      newer = await askPlayback(stage);
    } catch (error) {
      if (isRefusal(error)) end(why ?? troubleOf(error), error);
      throw error;
    }
    if (!isPlayable(newer)) {
      end(why ?? "refused", null);
      return;
    }
    playback = { ...playback, ...newer, dash_url: newer.dash_url ?? playback.dash_url, hls_url: newer.hls_url ?? playback.hls_url };
    if (address()) links.renewed(address());
    player?.configure({ drm: drmOf(playback) });
    mark.follow(playback.watermark);
  }

  /** Stop for good, and say why in place of the film. */
  function end(word, error) {
    if (over) return;
    over = true;
    links.stop();
    stopMeasuring();
    watch.stop();
    watch.goesOn();
    opening += 1;
    video.pause();
    Promise.resolve(overlay?.destroy()).then(() => {
      overlay = null;
      player = null;
      for (const name of ["src", "poster"]) video.removeAttribute(name);
      video.controls = false;
      video.load();
    });
    showTrouble(screen, word, error, null);
  }

  const ask = () => stage.dispatchEvent(new CustomEvent("portal:stage", { bubbles: true }));

  /** Take what a newer stage of the same asset says. */
  function follow(newer) {
    const next = newer.querySelector("[data-player]").dataset;
    const other = next.set !== set.set;
    set = { ...next };
    playback = playbackIn(newer);
    replace(".stills", newer);
    replace(".growing-word", newer);
    stage.dataset.settled = newer.dataset.settled;
    stills.bind();
    company.follow(playback);
    mark.follow(playback.watermark);
    if (over) return;
    if (other || broken) goOn();
    else if (player) links.renewed(address());
    measure();
  }

  /** Put a part of a newer stage in the place of ours, or take ours away. */
  function replace(selector, newer) {
    const mine = stage.querySelector(selector);
    const theirs = newer.querySelector(selector);
    if (!theirs) mine?.remove();
    else if (mine) mine.replaceWith(theirs);
    else stage.append(theirs);
  }

  /** Go on with another set where the film is, playing or paused as it was; its last picture stands meanwhile. */
  async function goOn() {
    if (!opening && !native) return; // it has yet to begin, with the newest set
    const stood = standing();
    const picture = lastPicture(video);
    const language = player?.getAudioTracks().find((track) => track.active)?.language;
    try {
      if (player) {
        player.configure("preferredAudio", language ? [{ language }] : []);
        await open({ ...stood, caption: player.getTextTracks().length ? chosenCaption(player) : stood.caption });
      } else {
        plain(stood.at);
      }
      video.playbackRate = stood.rate;
      if (!stood.paused) await video.play().catch(() => {});
      await newPicture(video);
    } finally {
      picture?.remove();
    }
  }

  let stopMeasuring = () => {};
  function measure() {
    stopMeasuring();
    stopMeasuring = grows() && !over ? tellGrowth(stage, playback.duration ?? 0, () => (player?.getLoadMode() ? player.seekRange().end : 0)) : () => {};
  }

  /** One file, or a stream that the browser plays by itself, with its own controls. */
  function plain(at = 0) {
    native = true;
    const source = set.file || (video.canPlayType("application/vnd.apple.mpegurl") ? (playback.hls_url ?? "") : "");
    if (!source) {
      failed(null);
      return;
    }
    video.controls = true;
    video.src = source;
    if (at) video.currentTime = at;
    video.addEventListener("error", failed, { once: true });
  }

  /** What the set cannot do, one file may; else it is said, and tried again when a person wants that. */
  function failed(error) {
    if (over) return;
    watch.goesOn();
    if (set.file && !native && !isLocked(playback)) {
      native = true;
      const { at, paused } = standing();
      Promise.resolve(overlay?.destroy()).then(() => {
        overlay = null;
        player = null;
        plain(at);
        if (!paused) video.play().catch(() => {});
      });
      return;
    }
    console.error(error);
    broken = true;
    const again = () => renew().then(() => (opening || native ? goOn() : begin())).catch(failed);
    showTrouble(screen, troubleOf(error, { locked: isLocked(playback) }), error, again);
  }

  const acts = {
    seek,
    rate,
    setRate: (wanted) => (player?.getLoadMode() ? player.trickPlay(wanted, false) : (video.playbackRate = wanted)),
    captions: () => {
      const shown = player && toggleCaptions(player, shownLast);
      if (typeof shown === "boolean") company.flash("captions", shown);
    },
    fullscreen: () => (overlay ? overlay.getControls().toggleFullScreen() : video.requestFullscreen?.()),
  };
  const stills = stillsOf(stage, video, seek);
  const mark = watermarkOver(screen, video, { stays });
  const company = accompany(stage, video, { playback, acts });
  mark.follow(playback.watermark);
  hideTrouble(screen);
  begin().catch(failed);

  const stop = () => {
    over = true;
    links.stop();
    stopMeasuring();
    watch.stop();
    opening += 1;
    stills.stop();
    mark.stop();
    company.stop();
    overlay?.destroy();
  };
  /** The text tracks are others now: the library cannot take one back, so the film is loaded anew where it is. */
  async function retrack() {
    await renew();
    company.follow(playback, { afresh: true });
    if (player && !grows() && !over) await goOn();
  }
  const check = (why) => (over ? Promise.resolve() : renew(why).catch(() => {}));
  return { stop, follow, check, end: (problem) => end(troubleOf(problem), problem), retrack: () => retrack().catch(() => {}) };
}
