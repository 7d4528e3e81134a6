/** How a list of uploads stands, in one line. */

import { t } from "./words.js";

/** "3 of 5 ready · 1 failed". */
export function plainSum(rows) {
  const ready = rows.filter((row) => row.state === "ready").length;
  const failed = rows.filter((row) => row.state === "failed" || row.state === "blocked").length;
  const parts = [t("upload.readyOf", { done: ready, total: rows.length })];
  if (failed) parts.push(t("upload.failedToo", { n: failed }));
  return parts.join(" · ");
}
