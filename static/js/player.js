/** Video: Shaka Player with its own controls, adaptive over DASH, else HLS, else one file. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

const CONTROLS = [
  "play_pause", "mute", "volume", "time_and_duration", "spacer", "overflow_menu", "fullscreen",
];
/** Links are asked for again when this share of their life is over; ten minutes at the latest. */
const RENEW_MS = 5 * 60 * 1000;

/** Start the player of a stage; returns what stops it. */
export function startPlayer(stage, assetId) {
  const screen = stage.querySelector("[data-player]");
  const video = screen.querySelector("video");
  const { dash, hls, file } = screen.dataset;
  let player = null;
  let overlay = null;
  let renewing = 0;

  async function begin() {
    const shaka = await shakaFrom(screen.dataset);
    shaka.polyfill.installAll();
    if (!(dash || hls) || !shaka.Player.isBrowserSupported()) {
      plain();
      return;
    }
    player = new shaka.Player();
    await player.attach(video);
    overlay = new shaka.ui.Overlay(player, screen, video);
    overlay.configure({
      controlPanelElements: CONTROLS,
      overflowMenuButtons: ["quality", "captions", "language", "playback_rate", "picture_in_picture"],
      topControlPanelElements: [],
      enableKeyboardPlaybackControls: true,
      singleClickForPlayAndPause: true,
      seekBarColors: { base: "rgba(255,255,255,.28)", buffered: "rgba(255,255,255,.5)", played: "#fff" },
    });
    overlay.getControls().getLocalization().changeLocale([document.documentElement.lang]);
    player.configure({
      abr: { enabled: true, defaultBandwidthEstimate: 3_000_000 },
      streaming: { bufferingGoal: 20, rebufferingGoal: 1, retryParameters: { maxAttempts: 4 } },
    });
    freshLinks();
    try {
      await load(dash || hls);
    } catch (error) {
      if (dash && hls) await load(hls).catch(failed);
      else failed(error);
    }
  }

  const load = (address) => player.load(address);

  /** Segments are asked for with the newest signed prefix, so that a long film outlives its first link. */
  let prefix = null;
  let fresh = null;
  function freshLinks() {
    prefix = prefixOf(dash || hls);
    player.getNetworkingEngine().registerRequestFilter((_type, request) => {
      if (!fresh) return;
      request.uris = request.uris.map((uri) => uri.replace(prefix, fresh));
    });
    renewing = setInterval(renew, RENEW_MS);
  }

  async function renew() {
    try {
      const links = await call("GET", `/api/v1/assets/${assetId}/playback`);
      const address = (dash ? links.dash_url : links.hls_url) ?? "";
      if (address) fresh = prefixOf(address);
    } catch {
      // The next round tries again; the present links still live for a while.
    }
  }

  /** One file, with the browser's own controls. */
  function plain() {
    video.controls = true;
    video.src = file;
    video.addEventListener("error", failed, { once: true });
  }

  function failed(error) {
    if (file && !video.controls) {
      const at = video.currentTime;
      Promise.resolve(overlay?.destroy()).then(() => {
        overlay = null;
        plain();
        video.currentTime = at;
      });
      return;
    }
    console.error(error);
    toast(t("playerFailed"));
  }

  const stills = [...stage.querySelectorAll("[data-seek]")];
  const seconds = stills.map((still) => Number(still.dataset.seek));
  const go = (event) => {
    video.currentTime = Number(event.currentTarget.dataset.seek);
  };
  for (const still of stills) still.addEventListener("click", go);
  const follow = () => {
    const now = seconds.findLastIndex((second) => second <= video.currentTime + 0.05);
    stills.forEach((still, index) => {
      if (index === now) still.setAttribute("aria-current", "true");
      else still.removeAttribute("aria-current");
    });
  };
  video.addEventListener("timeupdate", follow);
  const keys = (event) => spaceKey(event, video);
  document.addEventListener("keydown", keys);

  begin().catch(failed);
  return () => {
    clearInterval(renewing);
    document.removeEventListener("keydown", keys);
    overlay?.destroy();
  };
}

/** Shaka Player with its controls, fetched by pages that have a video to play. */
async function shakaFrom({ shaka, sheet }) {
  if (window.shaka) return window.shaka;
  const [rules] = await Promise.all([fetch(sheet).then((answer) => answer.text()), script(shaka)]);
  const style = document.createElement("style");
  // The sheet asks another host for a face: the page has its own. Put first, so that our own rules come after.
  style.textContent = rules.replace(/@font-face\s*\{[^}]*\}/g, "");
  document.head.prepend(style);
  return window.shaka;
}

/** Run a script of ours; settles when it has run. */
function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error(`cannot load ${address}`)));
    document.head.append(element);
  });
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
