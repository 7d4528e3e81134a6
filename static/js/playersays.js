/** What went wrong with playing, in words: what happened, what may be done, and its code. */

import { Problem } from "./http.js";
import { isRefusal } from "./playback.js";
import { say } from "./tell.js";
import { has, t } from "./words.js";

/** As Shaka Player counts. */
const CATEGORY = { network: 1, media: 3, manifest: 4, drm: 6 };
const BAD_STATUS = 1001;
const DECODING = new Set([3016, 3014, 3015]);
const LICENCE_FAILED = 6007;
const LICENCE_REJECTED = 6008;
const NO_SERVER = 6012;
const NO_SYSTEM = new Set([6000, 6001, 6002, 6010, 6020]);
const REFUSED = new Set([401, 403, 404, 410]);

/** The status of the answer that an error of Shaka Player tells of, also where it lies within another one. */
export function statusOf(error) {
  if (error?.code === BAD_STATUS) return error.data?.[1] ?? 0;
  const inner = error?.data?.find?.((part) => part?.code && part?.category);
  return inner ? statusOf(inner) : 0;
}

/** The word for an error: a key of the catalogue below "trouble.". `locked`: the film is encrypted. */
export function troubleOf(error, { locked = false } = {}) {
  if (isRefusal(error)) return error.status === 410 ? "ended" : "refused";
  if (error?.category === CATEGORY.drm) {
    if (error.code === LICENCE_FAILED) return REFUSED.has(statusOf(error)) ? "keyRefused" : "keyAway";
    if (error.code === NO_SERVER) return "keyRefused";
    if (error.code === LICENCE_REJECTED) return "keyWrong";
    return NO_SYSTEM.has(error.code) ? "noSystem" : "keyWrong";
  }
  if (locked && DECODING.has(error?.code)) return "keyWrong";
  if (error?.category === CATEGORY.network) return REFUSED.has(statusOf(error)) ? "refused" : "network";
  return "unplayable";
}

/** What is shown as the code of an error: ours, and that of the library or of the door. */
function codeOf(word, error) {
  const own = word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const status = statusOf(error);
  const inner = error instanceof Problem ? error.code : [error?.code, status || null].filter(Boolean).join("/");
  return inner && inner !== own ? `${own} (${inner})` : own;
}

/**
 * Show in a screen what keeps it from playing, in place of the film. `word` is a key below "trouble."; `again` is what a
 * person may try, or null.
 */
export function showTrouble(screen, word, error, again) {
  const notice = screen.querySelector(".player-trouble");
  if (!notice) return;
  // That there is nothing here is all that the door says of what was taken back; of the rest it knows more than we do.
  const told = error instanceof Problem && error.status && error.status !== 404 && error.message;
  notice.querySelector("h2").textContent = t(`trouble.${word}`);
  notice.querySelector("p").textContent = told || (has(`trouble.${word}.next`) ? t(`trouble.${word}.next`) : "");
  const code = notice.querySelector(".copy-code");
  code.dataset.copy = codeOf(word, error);
  code.querySelector("span").textContent = code.dataset.copy;
  const button = notice.querySelector("[data-again]");
  button.hidden = !again;
  button.onclick = () => { notice.hidden = true; again(); };
  notice.hidden = false;
  say(`${notice.querySelector("h2").textContent} ${notice.querySelector("p").textContent}`);
}

export const hideTrouble = (screen) => {
  const notice = screen.querySelector(".player-trouble");
  if (notice) notice.hidden = true;
};
