/** The keys of a player, of pictures and of sound alike, wherever the focus is that has no use for them itself. */

import { WRITING, letter, singleKeys } from "./keys.js";

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const STEP = 5;
const LEAP = 10;
const LOUDER = 0.1;
/** What takes a space or the arrows for itself. */
const TAKES_SPACE = "input:not(.shaka-seek-bar, .seek), textarea, select, button, a, summary, [tabindex='0'], dialog";
const TAKES_ARROWS = "input:not(.shaka-seek-bar, .seek), textarea, select, summary, [role^='menu'], [role='tab'], [tabindex='0'], dialog";

/**
 * Let keys act on a player until the returned function is called. `media` plays; `seek` goes to a second; `rate` tells the
 * speed and `setRate` sets it; `captions` and `fullscreen` are there where the player has them; `duration` is
 * how long it is as far as anybody knows, in seconds; `told` hears what a key did.
 */
export function playerKeys(stage, { media, seek, rate, setRate, captions, fullscreen, duration = 0, told = () => {} }) {
  // Until the medium has told it, its length is what the portal knows of it.
  const length = () => (Number.isFinite(media.duration) ? media.duration : duration);
  const leap = (by) => seek(Math.max(0, length() ? Math.min(media.currentTime + by, length()) : media.currentTime + by));
  const louder = (by) => {
    media.muted = false;
    media.volume = Math.min(1, Math.max(0, media.volume + by));
    told("volume", media.volume);
  };
  const faster = (by) => {
    const at = RATES.findIndex((one) => one >= rate() - 0.01);
    setRate(RATES[Math.min(RATES.length - 1, Math.max(0, (at < 0 ? RATES.length - 1 : at) + by))]);
  };
  const toggle = () => (media.paused ? media.play().catch(() => {}) : media.pause());
  const letters = {
    k: toggle,
    j: () => leap(-LEAP),
    l: () => leap(LEAP),
    m: () => { media.muted = !media.muted; told("muted", media.muted); },
    c: captions,
    f: fullscreen,
    "<": () => faster(-1),
    ">": () => faster(1),
  };
  const arrows = {
    ArrowLeft: () => leap(-STEP),
    ArrowRight: () => leap(STEP),
  };
  /** These scroll the page, unless the player is what is used. */
  const within = {
    ArrowUp: () => louder(LOUDER),
    ArrowDown: () => louder(-LOUDER),
    Home: () => seek(0),
    End: () => length() && seek(length()),
  };

  function act(event) {
    const { target, key } = event;
    if (key === " ") return target.closest(TAKES_SPACE) ? null : toggle;
    if (!target.closest(TAKES_ARROWS)) {
      if (arrows[key]) return arrows[key];
      if (stage.contains(target) && within[key]) return within[key];
    }
    if (target.closest(WRITING) || !singleKeys()) return null;
    const sign = letter(event);
    if (/^\d$/.test(sign) && length()) return () => seek((length() * Number(sign)) / 10);
    return Object.hasOwn(letters, sign) ? letters[sign] : null;
  }

  function pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const found = act(event);
    if (!found) return;
    event.preventDefault();
    found();
  }
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}
