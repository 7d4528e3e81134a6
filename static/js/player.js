/** Video: Shaka Player with its own controls, adaptive over DASH, else HLS, else one file. */

import { watchOver } from "./brokenoff.js";
import { call } from "./http.js";
import { grownTime, shakaFrom } from "./shaka.js";
import { toast } from "./tell.js";
import { clock, t } from "./words.js";

const CONTROLS = [
  "play_pause", "mute", "volume", "time_and_duration", "spacer", "overflow_menu", "fullscreen",
];
const GROWN_CONTROLS = CONTROLS.map((name) => (name === "time_and_duration" ? "grown_time" : name));
/** Links are asked for again when this share of their life is over; ten minutes at the latest. */
const RENEW_MS = 5 * 60 * 1000;
const LONGEST_MOMENT_MS = 4000;
/** As Shaka Player counts: an error that ends the streaming; those of the network and of captions; a load cut short. */
const FATAL = 2;
const NETWORK = 1;
const TEXT = 2;
const INTERRUPTED = 7000;
/** Answers that will stay the same. */
const NOT_HERE = new Set([404, 410]);

/** A set that grows is live to the player; all of it is there to be watched from its beginning, as near to its end as it is. */
const GROWS = { manifest: { hls: { liveSegmentsDelay: 0 } }, streaming: { stallEnabled: true } };
const MEASURE_MS = 500;

/**
 * Start the player of a stage; returns `stop`, which ends it, and `follow`, which takes what a newer stage says
 * while this one goes on: other links, or a better set to go on with at the same time.
 */
export function startPlayer(stage) {
  const screen = stage.querySelector("[data-player]");
  const video = screen.querySelector("video");
  let set = { ...screen.dataset };
  let player = null;
  let overlay = null;
  let renewing = 0;
  let measuring = 0;
  let native = false;

  const address = () => set.dash || set.hls;
  const grows = () => set.growing === "1";

  async function begin() {
    const shaka = await shakaFrom(screen.dataset);
    shaka.polyfill.installAll();
    if (!address() || !shaka.Player.isBrowserSupported()) {
      plain();
      return;
    }
    player = new shaka.Player();
    await player.attach(video);
    overlay = new shaka.ui.Overlay(player, screen, video);
    shaka.ui.Controls.registerElement("grown_time", { create: (parent, controls) => grownTime(shaka, parent, controls) });
    overlay.configure({
      overflowMenuButtons: ["quality", "captions", "language", "playback_rate", "picture_in_picture"],
      topControlPanelElements: [],
      enableKeyboardPlaybackControls: true,
      singleClickForPlayAndPause: true,
      seekBarColors: { base: "rgba(255,255,255,.28)", buffered: "rgba(255,255,255,.5)", played: "#fff" },
    });
    overlay.getControls().getLocalization().changeLocale([document.documentElement.lang]);
    player.configure({
      ...(grows() ? GROWS : {}),
      abr: { enabled: true, defaultBandwidthEstimate: 3_000_000 },
    });
    player.configure("streaming", { bufferingGoal: 20, rebufferingGoal: 1, retryParameters: { maxAttempts: 4 } });
    player.addEventListener("error", ({ detail }) => {
      if (detail.severity === FATAL && detail.category !== TEXT) trouble(detail);
    });
    player.addEventListener("segmentappended", watch.goesOn);
    player.addEventListener("buffering", watch.tell);
    freshLinks();
    await open({ at: 0, paused: true, rate: 1 });
  }

  /** How the film stood when it had to be loaded anew, until it is; and whether that failed. */
  let owed = null;
  let broken = false;
  // While the film waits for more, its own rate is 0; the player knows the one that was chosen.
  const standing = () => owed ?? { at: video.currentTime, paused: video.paused, rate: player?.getPlaybackRate() ?? video.playbackRate };

  /** Load what the stage names, from where it stood on: DASH, else HLS. */
  let opening = 0;
  async function open(stood) {
    const mine = ++opening;
    owed = stood;
    broken = false;
    overlay.configure({ controlPanelElements: grows() ? GROWN_CONTROLS : CONTROLS });
    prefix = prefixOf(address());
    fresh = null;
    measure();
    try {
      await load(stood.at);
      if (mine === opening) owed = null;
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
      if (!set.dash || !set.hls || error.code === INTERRUPTED) throw error;
      await player.load(set.hls, at || null);
    }
  }

  /** What may get better is tried again. What grew may have been taken back: then the stage says what there is instead. */
  function trouble(error) {
    const gone = broken && NOT_HERE.has(error.data?.[1]);
    if (grows() || (error.category === NETWORK && !gone)) watch.brokeOff();
    else failed(error);
  }

  const waits = () => video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA || player.isBuffering();
  const watch = watchOver(screen, waits, async () => {
    if (grows()) ask();
    else await renew();
    if (!broken) player.retryStreaming();
    else if (!grows()) await goOn();
  });

  /** Segments are asked for with the newest signed prefix, so that a long film outlives its first link. */
  let prefix = null;
  let fresh = null;
  function freshLinks() {
    player.getNetworkingEngine().registerRequestFilter((_type, request) => {
      if (!fresh) return;
      request.uris = request.uris.map((uri) => uri.replace(prefix, fresh));
    });
    // Where that fails, the next round tries again; the present links still live for a while.
    renewing = setInterval(() => (grows() ? ask() : renew().catch(() => {})), RENEW_MS);
  }

  async function renew() {
    const links = await call("GET", stage.dataset.playback);
    set = { ...set, dash: links.dash_url ?? set.dash, hls: links.hls_url ?? set.hls };
    fresh = prefixOf(address());
  }

  const ask = () => stage.dispatchEvent(new CustomEvent("portal:stage", { bubbles: true }));

  /** Take what a newer stage of the same asset says. */
  function follow(newer) {
    const next = newer.querySelector("[data-player]").dataset;
    const other = next.set !== set.set;
    set = { ...next };
    replace(".stills", newer);
    replace(".growing-word", newer);
    stage.dataset.settled = newer.dataset.settled;
    bindStills();
    if (other || broken) goOn();
    else if (player) fresh = prefixOf(address());
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
    const picture = lastPicture();
    const language = player?.getAudioTracks().find((track) => track.active)?.language;
    try {
      if (player) {
        player.configure("preferredAudio", language ? [{ language }] : []);
        await open(stood);
      } else {
        plain(stood.at);
      }
      video.playbackRate = stood.rate;
      if (!stood.paused) await video.play().catch(() => {});
      await newPicture();
    } finally {
      picture?.remove();
    }
  }

  /** A still of what is shown now, over the film. */
  function lastPicture() {
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || !video.videoWidth) return null;
    const still = document.createElement("canvas");
    still.className = "last-picture";
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    still.getContext("2d").drawImage(video, 0, 0);
    video.after(still);
    return still;
  }

  /** Settles when the film shows a picture, or after a moment in which it has not. */
  const newPicture = () => new Promise((resolve) => {
    setTimeout(resolve, LONGEST_MOMENT_MS);
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else video.addEventListener("seeked", resolve, { once: true });
  });

  /** Say how much of the film is there, for as long as there will be more. */
  function measure() {
    clearInterval(measuring);
    if (!grows()) return;
    const tell = () => {
      const word = stage.querySelector(".growing-word [data-made]");
      const whole = Number(set.duration);
      const made = Math.min(whole, player?.getLoadMode() ? player.seekRange().end : 0);
      if (word && made > 0) word.textContent = t("growing.made", { made: clock(made), whole: clock(whole) });
    };
    measuring = setInterval(tell, MEASURE_MS);
    tell();
  }

  /** One file, or a stream that the browser plays by itself, with its own controls. */
  function plain(at = 0) {
    native = true;
    const source = set.file || (video.canPlayType("application/vnd.apple.mpegurl") ? set.hls : "");
    video.controls = true;
    if (!source) return;
    video.src = source;
    if (at) video.currentTime = at;
    video.addEventListener("error", failed, { once: true });
  }

  function failed(error) {
    watch.goesOn();
    if (set.file && !native) {
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
    toast(t("playerFailed"));
  }

  let stills = [];
  let seconds = [];
  function bindStills() {
    stills = [...stage.querySelectorAll("[data-seek]")];
    seconds = stills.map((still) => Number(still.dataset.seek));
    for (const still of stills) still.onclick = go;
    mark();
  }
  const go = (event) => {
    const wanted = Number(event.currentTarget.dataset.seek);
    // Of what still grows, the latest picture that is there.
    video.currentTime = player && grows() ? Math.min(wanted, Math.max(0, player.seekRange().end - 0.5)) : wanted;
  };
  const mark = () => {
    const now = seconds.findLastIndex((second) => second <= video.currentTime + 0.05);
    stills.forEach((still, index) => {
      if (index === now) still.setAttribute("aria-current", "true");
      else still.removeAttribute("aria-current");
    });
  };
  bindStills();
  video.addEventListener("timeupdate", mark);
  const keys = (event) => spaceKey(event, video);
  document.addEventListener("keydown", keys);

  begin().catch(failed);
  const stop = () => {
    clearInterval(renewing);
    clearInterval(measuring);
    watch.stop();
    opening += 1;
    document.removeEventListener("keydown", keys);
    overlay?.destroy();
  };
  return { stop, follow };
}

/** The signed part of an address: everything up to and with the token. */
const prefixOf = (address) => new URL(address, location.href).href.match(/^.*\/files\/[^/]+\//)?.[0] ?? address;

/** Space plays and pauses wherever the focus is, except on what takes a space itself. */
export function spaceKey(event, media) {
  if (event.key !== " " || event.defaultPrevented || event.target.closest("input, textarea, select, button, a, summary, [tabindex='0'], dialog")) return;
  event.preventDefault();
  if (media.paused) media.play();
  else media.pause();
}
