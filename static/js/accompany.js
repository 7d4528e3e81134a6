/** What goes with playing, of pictures and of sound alike: keys, chapters, where one left off, what is counted. */

import { countViews } from "./beacon.js";
import { chaptersOf } from "./chapters.js";
import { playerKeys } from "./playerkeys.js";
import { askedSecond, copyLink } from "./playertime.js";
import { resuming } from "./resuming.js";
import { say } from "./tell.js";
import { percent, t } from "./words.js";

const SHOWN_MS = 900;

/**
 * Accompany the media of a stage. `playback` is its document, `acts` are those that the player has for keys: `seek`,
 * `rate`, `setRate`, and where there are such `captions` and `fullscreen`; `drawn` hears of the chapters. Returns `views`,
 * `follow`, which takes a newer document (`afresh`: its chapters may say something else), and `stop`.
 */
export function accompany(stage, media, { playback, acts, drawn }) {
  const views = countViews(stage, media);
  const setRate = (rate) => {
    acts.setRate(rate);
    flash("speed", rate);
  };
  const stopKeys = playerKeys(stage, { ...acts, setRate, media, duration: playback.duration ?? 0, told: flash });
  const stopResuming = resuming(stage, media, { resumeAt: askedSecond(stage) === null ? playback.resume_at : null, seek: acts.seek });
  let known = "";
  let stopChapters = () => {};
  let timer = 0;

  /** A word over the player for a moment, as what a key did is not seen otherwise. */
  function flash(what, value) {
    const words = {
      speed: () => t("player.speed", { rate: String(value).replace(".", t("decimal")) }),
      volume: () => t("player.volume", { percent: percent(Math.round(value * 100)) }),
      muted: () => t(value ? "player.muted" : "player.unmuted"),
      captions: () => t(value ? "player.captionsOn" : "player.captionsOff"),
    };
    const word = words[what]();
    say(word);
    const shown = stage.querySelector(".player-flash");
    if (!shown) return;
    shown.textContent = word;
    shown.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => { shown.hidden = true; }, SHOWN_MS);
  }

  function follow(newer, { afresh = false } = {}) {
    const chapters = JSON.stringify(newer.captions?.filter(({ kind }) => kind === "chapters").map(({ id }) => id) ?? []);
    if (chapters === known && !afresh) return;
    known = chapters;
    stopChapters();
    stopChapters = chaptersOf(stage, media, newer.captions, { seek: acts.seek, drawn });
  }
  follow(playback);

  const copier = stage.querySelector("[data-copy-link]");
  const copy = () => copyLink(stage, media.currentTime);
  copier?.addEventListener("click", copy);

  return {
    views,
    flash,
    follow,
    stop: () => {
      views.stop();
      stopKeys();
      stopResuming();
      stopChapters();
      clearTimeout(timer);
      copier?.removeEventListener("click", copy);
    },
  };
}
