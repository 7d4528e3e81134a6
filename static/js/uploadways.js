/** How bytes travel: to the portal by tus, or straight into the bucket where the page says so. */

import { Tus } from "../vendor/uppy.min.js";
import { csrf } from "./http.js";
import { Bucket } from "./uploadbucket.js";

const CHUNK = 64 * 2 ** 20;
const PAUSES = [500, 1_000, 3_000, 5_000, 10_000, 20_000];
const AT_ONCE = 3;
/** Answers that another try may change: an offset that moved, a lock still held, a garbled chunk, too many at once. */
const PASSING = new Set([409, 423, 429, 460]);

/** Give Uppy its way of sending. `headers` go with every request of tus; `direct`, where parts for the bucket are signed. */
export function chooseWay(uppy, { endpoint, headers = {}, direct = "" }) {
  if (direct) uppy.use(Bucket, { endpoint: direct });
  else uppy.use(Tus, { endpoint, headers: { "X-CSRFToken": csrf(), ...headers }, chunkSize: CHUNK, retryDelays: PAUSES, limit: AT_ONCE, removeFingerprintOnSuccess: true, onShouldRetry: mayPass });
}

function mayPass(error, _attempt, _options, uppyThinks) {
  const status = error?.originalResponse?.getStatus() ?? 0;
  if (status === 507) return false;
  if (status === 460) return true;
  return status >= 400 && status < 500 && !PASSING.has(status) ? false : uppyThinks(error);
}

/** End an upload at the portal that no run of Uppy holds any more. */
export function endAside(file, { headers = {} }) {
  const address = file.tus?.uploadUrl;
  if (address) fetch(address, { method: "DELETE", credentials: "same-origin", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf(), ...headers } }).catch(() => {});
}
