/** What went wrong with playing, in words: what happened, what may be done, and its code. */

import { Problem } from "./http.js";
import { isRefusal } from "./playback.js";
import { say } from "./tell.js";
import { has, t } from "./words.js";

/** As Shaka Player counts: categories, codes, and a kind of request. */
const CATEGORY = { network: 1, drm: 6 };
const BAD_STATUS = 1001;
const FAILED = 1002;
const TIMED_OUT = 1003;
const DECODING = new Set([3014, 3015, 3016]);
const RESTRICTED = 4012;
const KEY = 6;
/** A licence or a certificate that could not be had. */
const NOT_HAD = new Set([6007, 6017]);
const NO_SERVER = 6012;
const EXPIRED = 6014;
const NO_OUTPUT = new Set([6018, 6019]);
const NO_SYSTEM = new Set([6000, 6001, 6002, 6003, 6005, 6010, 6015, 6020]);
const REFUSED = new Set([401, 403, 404, 410]);
/** Where the library keeps the kind of the request that failed, by the code of its error. */
const KIND_AT = { [BAD_STATUS]: 4, [FAILED]: 2, [TIMED_OUT]: 1 };

/** The status of the answer that an error of Shaka Player tells of, also where it lies within another one. */
export function statusOf(error) {
  if (error?.code === BAD_STATUS) return error.data?.[1] ?? 0;
  const inner = error?.data?.find?.((part) => part?.code && part?.category);
  return inner ? statusOf(inner) : 0;
}

/** Whether a key of HLS was asked for, which is no licence to the library, and not had. */
const isOfKey = (error) => error?.category === CATEGORY.network && error.data?.[KIND_AT[error.code]] === KEY;

/** Whether an error is one of the connection or of the door, and of no key: it may get better by itself. */
export const isOfNetwork = (error) => error?.category === CATEGORY.network && !isOfKey(error);

/** The word for an error: a key of the catalogue below "trouble.". `locked`: the film is encrypted. */
export function troubleOf(error, { locked = false } = {}) {
  if (isRefusal(error)) return refusalOf(error);
  if (error instanceof Problem) return "network";
  if (error?.category === CATEGORY.drm || isOfKey(error)) return keyTroubleOf(error);
  if (locked && error?.code === RESTRICTED) return restrictionOf(error.data?.[0] ?? {});
  if (locked && DECODING.has(error?.code)) return "keyWrong";
  if (locked && !error) return noSystem();
  if (isOfNetwork(error)) return REFUSED.has(statusOf(error)) ? "refused" : "network";
  return "unplayable";
}

const refusalOf = ({ status, document }) => (status !== 410 ? "refused" : document.reason === "withdrawn" ? "withdrawn" : "ended");

function keyTroubleOf(error) {
  if (NOT_HAD.has(error.code) || isOfKey(error)) return REFUSED.has(statusOf(error)) ? "keyRefused" : "keyAway";
  if (error.code === NO_SERVER) return "keyRefused";
  if (error.code === EXPIRED) return "keyExpired";
  if (NO_OUTPUT.has(error.code)) return "noOutput";
  return NO_SYSTEM.has(error.code) ? noSystem() : "keyWrong";
}

/** Why the keys that were given open none of the streams. */
function restrictionOf({ restrictedKeyStatuses: statuses = [] }) {
  if (statuses.includes("expired")) return "keyExpired";
  return statuses.some((one) => one.startsWith("output-")) ? "noOutput" : "keyWrong";
}

/** Browsers open protected films on pages that nobody can have changed on the way, and on no others. */
const noSystem = () => (window.isSecureContext ? "noSystem" : "insecure");

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
  // That there is nothing here is all that the door says of what was taken back; of the rest it may know more than we do.
  const { detail, title } = error instanceof Problem && error.status !== 404 ? error.document : {};
  const told = detail !== title && detail;
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
