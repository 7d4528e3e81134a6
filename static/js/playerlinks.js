/** Signed links of a film: what is loaded by an older one is asked for by the newest, so that a long film outlives its first. */

import { prefixOf } from "./playback.js";

/** Links are asked for again when this share of their life is over; ten minutes at the latest. */
const RENEW_MS = 5 * 60 * 1000;

/**
 * Follow the links of a film. `renew` is called from time to time to have newer ones. Returns `opened` and `renewed`, which
 * take an address of the set that is loaded and of the same set by newer links; `filter`, for the requests of the library;
 * and `stop`.
 */
export function linksOf(renew) {
  let prefix = null;
  let newest = null;
  const timer = setInterval(renew, RENEW_MS);
  return {
    opened: (address) => {
      prefix = prefixOf(address);
      newest = null;
    },
    renewed: (address) => { newest = prefixOf(address); },
    filter: (_type, request) => {
      if (newest) request.uris = request.uris.map((uri) => uri.replace(prefix, newest));
    },
    stop: () => clearInterval(timer),
  };
}
