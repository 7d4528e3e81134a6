/** The part of the page that a case is, as the portal makes it. */

import { csrf } from "./http.js";
import { t } from "./words.js";

/** For so many milliseconds an answer is waited for while nothing else can be done on the page. */
export const ANSWER_WITHIN = 10_000;

/** Fetch the part of a case. Throws an `Error` with a word for people. */
export const fetchCase = (address) => part(address, { headers: { "X-Part": "case" } });

/** Claim the next case and have its part in one answer, `after` one that was just put back; null when nothing waits. */
export const takeCase = (address, after) => part(address, {
  method: "POST",
  headers: { "X-CSRFToken": csrf() },
  body: new URLSearchParams(after ? { after } : {}),
});

async function part(address, wishes) {
  let answer;
  let text;
  try {
    answer = await fetch(address, { ...wishes, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN) });
    text = await answer.text();
  } catch {
    throw new Error(t("noAnswer"));
  }
  if (answer.status === 204) return null;
  const found = answer.ok && new DOMParser().parseFromString(text, "text/html").getElementById("case");
  if (!found) throw new Error(t("noAnswer"));
  return document.importNode(found, true);
}
