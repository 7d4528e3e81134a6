/** Who has the case on the page: claimed with a lease that is renewed as long as somebody looks, put back when they go. */

import { call } from "./http.js";
import { liveState, subscribe } from "./live.js";
import { ANSWER_WITHIN } from "./reviewfetch.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

const THIRD = 3;
const HAD = "portal.review.had";
/** Answers that say that it is with this person no longer. */
const GONE = new Set([403, 404, 409]);

const addressOf = (id, act) => `/api/v1/moderation/cases/${id}/${act}`;

/**
 * Keep the lease of a case. `changed` hears how it stands ("mine", "free", "taken", "barred", "over" or "lost") and who has it.
 * Returns `state`, `claim`, `release`, `putDown` (for a while: it is free then), `lost` and `ended` (told by another answer),
 * `rest` (whether news are to be left out for a while: somebody decides just now) and `stop`.
 */
export function keepLease(root, { changed }) {
  const id = root.dataset.case;
  const left = new AbortController();
  const on = { signal: left.signal };
  let state = root.dataset.lease;
  const me = document.body.dataset.user;
  let over = false;
  let resting = false;
  let timer = 0;
  /** What is being put down: a claim that came before it would be taken back by it. */
  let putting = Promise.resolve();

  function become(next, name = "") {
    if (over || next === state) return;
    state = next;
    root.dataset.lease = next;
    root.querySelector("#lease").dataset.lease = next;
    root.querySelector("[data-deciding]").disabled = next !== "mine";
    changed(next, name);
  }

  async function renew() {
    if (over || state !== "mine" || document.visibilityState !== "visible") return;
    try {
      await call("POST", addressOf(id, "renew"));
    } catch (problem) {
      // Without an answer it may still be ours: the next turn asks again.
      if (GONE.has(problem.status)) become(problem.code === "case_decided" ? "over" : "lost");
    }
  }

  /** Claim it, for the first time or again; true when it is with this person now. */
  async function claim() {
    await putting;
    if (over) return false;
    try {
      await call("POST", addressOf(id, "claim"), {}, { within: ANSWER_WITHIN });
      become("mine");
      return true;
    } catch (problem) {
      if (problem.code === "case_taken" && state === "taken") toast(problem.message);
      else if (problem.code === "case_taken") become("taken", await taker());
      else if (problem.code === "case_decided") become("over");
      else if (problem.status === 403) become("barred");
      else toast(problem.message || t("noAnswer"));
      return false;
    }
  }

  /** What somebody has done with it meanwhile, here or elsewhere. */
  function hear({ type, data }) {
    // What happened between the writing of the page and this is told by nothing else.
    if (type === "snapshot") ask();
    if (resting || data?.case_id !== id || !type.startsWith("case.")) return;
    if (!data.status) {
      ask();
      return;
    }
    if (["decided", "closed", "away"].includes(data.status)) become("over");
    else if (data.status === "waiting" && state === "mine") become("lost");
    else if (data.status === "waiting" && state === "taken") become("free");
    else if (data.status === "claimed" && data.assignee?.id === me) become("mine");
    else if (data.status === "claimed" && state !== "barred") {
      root.querySelector("[data-taker]").textContent = data.assignee?.name ?? "";
      become("taken", data.assignee?.name ?? "");
    }
  }

  /** The name of who has it. */
  async function taker() {
    const found = await call("GET", `/api/v1/moderation/cases/${id}/`).catch(() => null);
    root.querySelector("[data-taker]").textContent = found?.assignee?.name ?? "";
    return found?.assignee?.name ?? "";
  }

  /** Put it back, also from a page that goes. */
  async function release({ keepalive = false } = {}) {
    if (state !== "mine") return;
    await call("POST", addressOf(id, "release"), {}, { keepalive, within: ANSWER_WITHIN });
  }

  function putDown() {
    if (state === "mine") putting = setFree();
    return putting;
  }

  async function setFree() {
    resting = true;
    // Without an answer it is freed when the lease ends: nothing renews it.
    await release().catch(() => {});
    resting = false;
    become("free");
  }

  /** While no news come by themselves, ask how it stands. */
  async function ask() {
    if (over || resting || document.visibilityState !== "visible") return;
    const before = state;
    const found = await call("GET", `/api/v1/moderation/cases/${id}/`).catch(() => null);
    // News that came meanwhile are newer than this answer.
    if (found && state === before) hear({ type: "case.changed", data: { ...found, case_id: id } });
  }

  const keep = () => (state === "mine" || liveState() === "live" ? renew() : ask());
  const leave = subscribe("moderation", hear);
  timer = setInterval(keep, (Number(root.dataset.leaseSeconds) * 1000) / THIRD);
  document.addEventListener("visibilitychange", renew, on);
  addEventListener("pageshow", (event) => event.persisted && renew(), on);
  addEventListener("pagehide", () => {
    if (over || state !== "mine") return;
    sessionStorage.setItem(HAD, id);
    release({ keepalive: true }).catch(() => {});
  }, on);
  // Who only loads the page anew goes on with their case, also when it was put back while the page was written.
  const had = sessionStorage.getItem(HAD) === id;
  sessionStorage.removeItem(HAD);
  if (had && (state === "free" || state === "mine")) claim();
  else renew();

  return {
    state: () => state,
    claim,
    release,
    putDown,
    lost: () => become("lost"),
    ended: () => become("over"),
    rest: (wanted) => { resting = wanted; },
    stop: () => {
      over = true;
      clearInterval(timer);
      leave();
      left.abort();
    },
  };
}
