/** The form of a decision: what is to be done, why, under which policy, and what is restricted. */

import { call } from "./http.js";
import { startCuts } from "./reviewcuts.js";
import { say } from "./tell.js";
import { t } from "./words.js";

const REGION = /^[A-Z]{2}$/;
/** Answers about the lease, which are told by the lease and not beside the form. */
const OF_LEASE = new Set(["lease_lost", "case_taken", "case_decided"]);

/**
 * Start the form of a case. `moment` is as `startCuts` wants it, `seconds` tells how long it was looked at; `chosen` is
 * called when an act is, `sending` before it is sent, `decided` hears the answer with the act's name, `refused` that it was not taken, with the code of what is wrong with the lease.
 * Returns `choose`, `reason`, `note`, `begin` and `end` (of a cut), which are what keys do.
 */
export function startVerdict(root, { moment, seconds, chosen: told, sending, decided, refused }) {
  const form = root.querySelector("#verdict");
  const whole = form.querySelector("[data-deciding]");
  const wrong = form.querySelector("[data-verdict-wrong]");
  const submit = form.querySelector("[data-submit]");
  const acts = [...form.querySelectorAll("[data-act]")];
  const reasons = [...form.querySelectorAll(".reason")];
  const cuts = startCuts(root, { moment, changed: () => complain("") });
  let act = "";
  let busy = false;

  const nameOf = (wanted) => acts.find((one) => one.dataset.act === wanted)?.querySelector("span").textContent ?? "";
  const offered = () => reasons.filter((one) => !one.hidden);
  const chosen = () => form.querySelector("[name=reason]:checked")?.value ?? "";

  function complain(text, place = null) {
    wrong.textContent = text;
    wrong.hidden = !text;
    if (text) place?.focus();
  }

  function take(wanted) {
    act = wanted;
    for (const button of acts) button.setAttribute("aria-pressed", String(button.dataset.act === act));
    for (const part of form.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(act);
    for (const one of reasons) {
      one.hidden = !one.dataset.acts.split(" ").includes(act);
      if (one.hidden) one.querySelector("input").checked = false;
    }
    for (const [place, one] of offered().entries()) one.querySelector(".reason-digit").textContent = place < 9 ? place + 1 : "";
    submit.disabled = false;
    submit.classList.toggle("danger", act === "reject");
    submit.querySelector("[data-submit-word]").textContent = nameOf(act);
    complain("");
    told();
  }

  /** Choose an act. Its key, pressed again when a reason is chosen, sends the decision. */
  function choose(wanted, { byKey = false } = {}) {
    if (whole.disabled) {
      say(t("review.notYours"));
      return;
    }
    if (!acts.some((one) => one.dataset.act === wanted)) return;
    if (byKey && wanted === act && chosen()) {
      form.requestSubmit();
      return;
    }
    take(wanted);
    reason();
  }

  /** Go to the reasons; before there is an act, to the acts. */
  function reason() {
    if (whole.disabled) return;
    const radios = offered().map((one) => one.querySelector("input"));
    if (act) (radios.find((one) => one.checked) ?? radios[0]).focus();
    else acts[0].focus();
  }

  /** Start or end a part that is taken out; to cut is to restrict. */
  function cut(what) {
    if (whole.disabled || !cuts.here) return;
    if (act !== "restrict") take("restrict");
    cuts[what]();
  }

  function restriction() {
    if (act !== "restrict") return null;
    const { rating, cap, regions } = form.elements;
    return {
      rating: rating.value,
      cap: cap.value,
      regions: regions.value.toUpperCase().split(/[\s,;،]+/).filter(Boolean),
      cut: cuts.parts(),
    };
  }

  /** Which hits the owner is shown; null for all of them. */
  function seen() {
    const boxes = [...root.querySelectorAll("[data-seen]")];
    if (boxes.every((one) => one.checked)) return null;
    return boxes.filter((one) => one.checked).map((one) => Number(one.value));
  }

  /** What is still missing, with the place where it is told; null when nothing is. */
  function missing(limits) {
    if (!act) return [t("review.noAct"), acts[0]];
    if (!chosen()) return [t("review.noReason"), offered()[0].querySelector("input")];
    if (!limits) return null;
    if (limits.regions.some((one) => !REGION.test(one))) return [t("review.badRegion"), form.elements.regions];
    const empty = limits.rating === "all" && !limits.cap && !limits.regions.length && !limits.cut.length;
    return empty ? [t("review.noRestriction"), form.elements.rating] : null;
  }

  async function send() {
    const limits = restriction();
    const lacks = missing(limits);
    if (lacks) {
      complain(...lacks);
      return;
    }
    const { policy, note } = form.elements;
    const body = { action: act, policy: policy.value, reason: chosen(), note: note.value.trim(), seconds: Math.round(seconds() * 10) / 10 };
    if (limits) body.restriction = limits;
    const shown = seen();
    if (shown) body.seen = shown;
    busy = true;
    submit.setAttribute("aria-busy", "true");
    complain("");
    sending();
    try {
      const answer = await call("POST", `/api/v1/moderation/cases/${root.dataset.case}/decide`, body);
      decided({ ...answer, act, name: nameOf(act) });
    } catch (problem) {
      refused(OF_LEASE.has(problem.code) ? problem.code : "");
      if (!OF_LEASE.has(problem.code)) complain(problem.errors[0]?.detail || problem.message || t("noAnswer"), submit);
    } finally {
      busy = false;
      submit.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!busy && !whole.disabled) send();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) choose(button.dataset.act);
  });
  form.addEventListener("change", (event) => event.target.name === "reason" && complain(""));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    if (!digit || event.ctrlKey || event.altKey || event.metaKey || !event.target.closest(".reasons")) return;
    const radio = offered()[Number(digit) - 1]?.querySelector("input");
    if (!radio) return;
    event.preventDefault(); // the player has keys of these names, too
    radio.checked = true;
    radio.focus();
    complain("");
  });
  form.querySelector("#verdict-note").addEventListener("keydown", (event) => event.key === "Escape" && submit.focus());

  return { choose, reason, note: () => !whole.disabled && form.elements.note.focus(), begin: () => cut("begin"), end: () => cut("end") };
}
