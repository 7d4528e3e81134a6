/** Sound: a waveform from peaks that were measured once, a button, and a slider that the keyboard moves. */

import WaveSurfer from "../vendor/wavesurfer.esm.js";
import { accompany } from "./accompany.js";
import { askPlayback, isPlayable, isRefusal, playbackIn } from "./playback.js";
import { showTrouble, troubleOf } from "./playersays.js";
import { askedSecond } from "./playertime.js";
import { toast } from "./tell.js";
import { clock, t } from "./words.js";

/**
 * Start the sound of a stage; returns `stop`, which ends it, `check`, which asks whether it may still go on, `end`, which takes
 * it away and says why (a `Problem`), and `retrack`, which fetches its chapters anew.
 */
export function startSound(stage) {
  const root = stage.querySelector("[data-sound]");
  const { file, peaks, duration } = root.dataset;
  const playback = playbackIn(stage);
  const media = new Audio();
  media.preload = "metadata";
  media.src = file;
  root.media = media; // for those who follow what is heard
  const button = root.querySelector(".play");
  const seekBar = root.querySelector(".seek");
  const now = root.querySelector("[data-now]");
  const volume = root.querySelector(".sound-volume input");
  const speed = root.querySelector("[data-speed]");
  let wave = null;
  let over = false;

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

  const seek = (second) => { media.currentTime = Math.min(Math.max(0, second), media.duration || Number(duration)); };
  button.addEventListener("click", () => (media.paused ? media.play().catch(() => toast(t("playerFailed"))) : media.pause()));
  seekBar.addEventListener("input", () => seek(Number(seekBar.value)));
  volume.addEventListener("input", () => { media.volume = Number(volume.value); });
  speed.addEventListener("change", () => { media.playbackRate = Number(speed.value); });
  seekBar.step = "any";
  seekBar.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 5, ArrowDown: -5, PageUp: 30, PageDown: -30 }[event.key];
    if (!step) return;
    event.preventDefault();
    seek(media.currentTime + step);
  });
  const playing = () => {
    root.classList.toggle("playing", !media.paused);
    button.setAttribute("aria-label", t(media.paused ? "play" : "pause"));
  };
  media.addEventListener("play", playing);
  media.addEventListener("pause", playing);
  media.addEventListener("timeupdate", () => {
    seekBar.value = String(media.currentTime);
    seekBar.setAttribute("aria-valuetext", clock(media.currentTime));
    now.textContent = clock(media.currentTime);
  });
  media.addEventListener("ratechange", () => { speed.value = String(media.playbackRate); });
  media.addEventListener("volumechange", () => { volume.value = String(media.muted ? 0 : media.volume); });
  media.addEventListener("error", () => failed(media.error));
  const asked = askedSecond(stage);
  if (asked !== null) media.addEventListener("loadedmetadata", () => seek(asked), { once: true });

  /** Where the bar has chapters, it shows where they begin. */
  function markChapters(cues) {
    root.querySelector(".chapter-marks").replaceChildren(...cues.filter(({ start }) => start > 0).map(({ start }) => {
      const line = document.createElement("i");
      line.style.insetInlineStart = `${(start / Number(duration)) * 100}%`;
      return line;
    }));
  }

  function end(word, error) {
    over = true;
    media.pause();
    media.removeAttribute("src");
    media.load();
    root.inert = true;
    showTrouble(stage, word, error, null);
  }

  /** What cannot be had may have been taken away: the document tells. */
  function failed(error) {
    if (over) return;
    company.views.error();
    check().then(() => over || showTrouble(stage, "unplayable", error, null));
  }

  async function check(why) {
    if (over) return null;
    try {
      const newer = await askPlayback(stage);
      if (!isPlayable(newer)) end(why ?? "refused", null);
      return newer;
    } catch (error) {
      if (isRefusal(error)) end(why ?? troubleOf(error), error);
      return null;
    }
  }
  const retrack = async () => {
    const newer = await check();
    if (newer && !over) company.follow(newer, { afresh: true });
  };

  const company = accompany(stage, media, {
    playback,
    acts: { seek, rate: () => media.playbackRate, setRate: (rate) => { media.playbackRate = rate; } },
    drawn: markChapters,
  });

  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => wave?.setOptions(colours());
  scheme.addEventListener("change", paint);
  const themes = new MutationObserver(paint);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });

  draw().catch(() => {});
  const stop = () => {
    company.stop();
    scheme.removeEventListener("change", paint);
    themes.disconnect();
    over = true;
    media.pause();
    wave?.destroy();
  };
  return { stop, check, end: (problem) => over || end(troubleOf(problem), problem), retrack };
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
