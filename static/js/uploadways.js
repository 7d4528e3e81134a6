/** How bytes travel: to the portal by tus, or straight into the bucket where the page says so. */

import { AwsS3, Tus } from "../vendor/uppy.min.js";
import { csrf } from "./http.js";

const CHUNK = 64 * 2 ** 20;
const PAUSES = [500, 1_000, 3_000, 5_000, 10_000, 20_000];
const AT_ONCE = 3;
/** Answers that another try may change: an offset that moved, a lock still held, a garbled chunk, too many at once. */
const PASSING = new Set([409, 423, 429, 460]);

/** Give Uppy its way of sending. `headers` go with every request to the portal; `direct` chooses the bucket. */
export function chooseWay(uppy, { endpoint, headers = {}, direct = "" }) {
  const all = { "X-CSRFToken": csrf(), "X-Requested-With": "XMLHttpRequest", ...headers };
  if (direct) uppy.use(AwsS3, { companionEndpoint: direct, companionHeaders: all, limit: AT_ONCE });
  else uppy.use(Tus, { endpoint, headers: all, chunkSize: CHUNK, retryDelays: PAUSES, limit: AT_ONCE, removeFingerprintOnSuccess: true, onShouldRetry: mayPass });
}

function mayPass(error, _attempt, _options, uppyThinks) {
  const status = error?.originalResponse?.getStatus() ?? 0;
  if (status === 507) return false;
  if (status === 460) return true;
  return status >= 400 && status < 500 && !PASSING.has(status) ? false : uppyThinks(error);
}
