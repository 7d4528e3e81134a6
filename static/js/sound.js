/** Sound: a waveform from peaks that were measured once, a button, and a slider that the keyboard moves. */

import WaveSurfer from "../vendor/wavesurfer.esm.js";
import { spaceKey } from "./player.js";
import { toast } from "./tell.js";
import { clock, t } from "./words.js";

/** Start the sound of a stage; returns what stops it. */
export function startSound(stage) {
  const root = stage.querySelector("[data-sound]");
  const { file, peaks, duration } = root.dataset;
  const media = new Audio();
  media.preload = "metadata";
  media.src = file;
  const button = root.querySelector(".play");
  const seek = root.querySelector(".seek");
  const now = root.querySelector("[data-now]");
  const volume = root.querySelector(".sound-volume input");
  let wave = null;

  async function draw() {
    const document = peaks ? await (await fetch(peaks)).json() : null;
    wave = WaveSurfer.create({
      container: root.querySelector(".wave-here"),
      media,
      peaks: document ? [document.peaks] : undefined,
      duration: document?.duration || Number(duration),
      height: "auto",
      barWidth: 3,
      barGap: 2,
      barRadius: 3,
      barMinHeight: 2,
      normalize: true,
      interact: false,
      cursorWidth: 0,
      ...colours(),
    });
  }

  button.addEventListener("click", () => (media.paused ? media.play().catch(() => toast(t("playerFailed"))) : media.pause()));
  seek.addEventListener("input", () => { media.currentTime = Number(seek.value); });
  volume.addEventListener("input", () => { media.volume = Number(volume.value); });
  seek.step = "any";
  seek.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 30, PageDown: -30 }[event.key];
    if (!step) return;
    event.preventDefault();
    media.currentTime = Math.min(Math.max(0, media.currentTime + step), media.duration || Number(duration));
  });
  const playing = () => {
    root.classList.toggle("playing", !media.paused);
    button.setAttribute("aria-label", t(media.paused ? "play" : "pause"));
  };
  media.addEventListener("play", playing);
  media.addEventListener("pause", playing);
  media.addEventListener("timeupdate", () => {
    seek.value = String(media.currentTime);
    seek.setAttribute("aria-valuetext", clock(media.currentTime));
    now.textContent = clock(media.currentTime);
  });
  const keys = (event) => spaceKey(event, media);
  document.addEventListener("keydown", keys);

  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => wave?.setOptions(colours());
  scheme.addEventListener("change", paint);
  const themes = new MutationObserver(paint);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });

  draw().catch(() => {});
  return () => {
    document.removeEventListener("keydown", keys);
    scheme.removeEventListener("change", paint);
    themes.disconnect();
    media.pause();
    wave?.destroy();
  };
}

/** The theme's colours as the canvas can read them. */
function colours() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const read = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const found = { waveColor: read("--n-7"), progressColor: read("--accent") };
  probe.remove();
  return found;
}
