/** Two media that are alike, played and sought together: what the one shows at t, the other shows at offset + speed × t. */

import { call } from "./http.js";
import { drmOf, signLicences } from "./playerdrm.js";
import { shakaFrom } from "./shaka.js";
import { followTakenBack } from "./takenback.js";
import { clock } from "./words.js";

const APART = 0.15;
const TICK_MS = 250;

const pair = document.getElementById("pair");
const offset = Number(pair.dataset.offset);
const speed = Number(pair.dataset.speed);
const one = pair.querySelector('[data-side="one"]');
const other = pair.querySelector('[data-side="other"]');
const play = document.getElementById("pair-play");
const position = document.getElementById("pair-position");
const wrong = document.getElementById("pair-wrong");

/** Let a video play its file, or where it has none its stream. */
async function load(video) {
  if (video.src || !video.dataset.playback) return;
  if (video.dataset.file) {
    video.src = video.dataset.file;
    return;
  }
  const [shaka, playback] = await Promise.all([shakaFrom(pair.dataset), call("GET", video.dataset.playback)]);
  const player = new shaka.Player();
  await player.attach(video);
  signLicences(shaka, player.getNetworkingEngine());
  player.configure({ drm: drmOf(playback) });
  await player.load(playback.dash_url || playback.hls_url);
}

/** Where the other one stands when the first one stands at `time`. */
const there = (time) => Math.max(0, offset + speed * time);

/** Whether the other one has begun then, and not ended. */
const runs = (time) => offset + speed * time >= 0 && !(offset + speed * time >= other.duration);

function tell() {
  for (const medium of [one, other]) {
    const place = pair.querySelector(`[data-time-of="${medium.dataset.side}"]`);
    place.textContent = clock(medium.currentTime);
    place.hidden = false;
  }
  position.value = one.currentTime;
  position.setAttribute("aria-valuetext", clock(one.currentTime));
}

function seek(time) {
  one.currentTime = time;
  other.currentTime = there(time);
  tell();
}

/** While the first one plays, let the other one play in its time, and bring it back to where it belongs when it has strayed. */
function keepTogether() {
  if (!one.paused) {
    const at = one.currentTime;
    if (!runs(at)) other.pause();
    else {
      if (Math.abs(other.currentTime - there(at)) > APART) other.currentTime = there(at);
      if (other.paused) other.play().catch(failed);
    }
  }
  tell();
}

function failed(error) {
  if (error.name !== "AbortError") wrong.hidden = false;
}

async function playBoth() {
  other.playbackRate = speed;
  other.currentTime = there(one.currentTime);
  try {
    await Promise.all([one.play(), runs(one.currentTime) ? other.play() : null]);
  } catch (error) {
    failed(error);
  }
}

function start() {
  play.addEventListener("click", () => {
    if (one.paused) return playBoth();
    one.pause();
    other.pause();
    return undefined;
  });
  for (const name of ["play", "pause", "ended"]) {
    one.addEventListener(name, () => play.setAttribute("aria-pressed", String(!one.paused)));
  }
  one.addEventListener("ended", () => other.pause());
  position.addEventListener("input", () => seek(Number(position.value)));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-seek-both]");
    if (button) seek(Number(button.dataset.seekBoth));
  });
  document.getElementById("pair-sound").addEventListener("change", ({ target }) => {
    other.muted = !target.checked;
    one.muted = target.checked;
  });
  other.muted = true;
  setInterval(keepTogether, TICK_MS);
  Promise.all([load(one), load(other)]).then(() => seek(Number(pair.dataset.start))).catch(() => (wrong.hidden = false));
  for (const medium of [one, other]) medium.addEventListener("loadedmetadata", () => seek(Number(position.value)), { once: true });
}

/** Nothing of what may not be seen any longer is left standing; the server says why. */
function takenAway() {
  for (const medium of pair.querySelectorAll("video, audio, img")) medium.remove();
  location.reload();
}

for (const side of pair.querySelectorAll("[data-asset]")) followTakenBack(side.dataset.asset, takenAway);
if (one && other && play) start();
