/**
 * The desk: every file from the moment it is sent until it is ready, in one list, whoever has it just now: the
 * uploader, the ledger of what was sent, or the pile of those that the portal has already.
 *
 * Emits `change`, and `moved` with the line whose state moved.
 */

import { isLasting, isOver } from "./uploadledger.js";
import { say, toast } from "./tell.js";
import { Pile } from "./uploadpile.js";
import { percent, roughly, size, t } from "./words.js";

/** What has arrived and is done with, unless something is told of it. */
const READY = new Set(["ready", "held", "sent"]);

export class Desk extends EventTarget {
  constructor(ledger, pile = new Pile()) {
    super();
    this.ledger = ledger;
    this.uploader = null;
    /** files that are here already */
    this.pile = pile;
    this.states = new Map(ledger.lines.map((line) => [line.id, line.state]));
    ledger.addEventListener("change", () => this.turn());
  }

  /** Take in an uploader. */
  join(uploader) {
    this.uploader = uploader;
    const note = (event) => this.ledger.add(event.detail);
    uploader.addEventListener("change", () => this.turn());
    uploader.addEventListener("sent", note);
    for (const type of ["refused", "failed"]) uploader.addEventListener(type, (event) => this.ledger.add({ ...event.detail, state: "failed" }));
    uploader.addEventListener("said", (event) => toast(event.detail));
    uploader.addEventListener("known", (event) => {
      this.pile.add(event.detail);
      this.turn();
    });
    this.turn();
  }

  /** Tell of it, at most a few times a second. */
  turn() {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.speak();
      this.dispatchEvent(new Event("change"));
    }, 120);
  }

  /** Say to a screen reader what moved. */
  speak() {
    for (const line of this.lines()) {
      if (this.states.get(line.id) === line.state) continue;
      this.states.set(line.id, line.state);
      if (line.state !== "waiting" && line.state !== "draft") say(t("upload.said", { name: line.name, state: t(`state.${line.state}`) }));
    }
  }

  /** Every line: first what needs an answer, then what is on its way, then what was sent. */
  lines() {
    const sending = this.uploader?.lines() ?? [];
    const here = new Set(sending.map((line) => line.id));
    return [...this.pile.lines, ...sending, ...this.ledger.lines.filter((line) => !here.has(line.id))];
  }

  /** What may be done with a line. */
  acts(line) {
    const { state } = line;
    const acts = new Set(["cancel"]);
    if (line.asset && state !== "cancelled") acts.add("open");
    if (state === "waiting" || state === "uploading") acts.add("pause");
    if (state === "paused") acts.add("resume");
    if (state === "asking") acts.add("give");
    if (state === "known" && this.uploader) acts.add(line.data ? "anyway" : "give");
    if (state === "failed" && !isLasting(line.problem?.code) && (line.job || line.anew || this.uploader?.file(line.id))) acts.add("retry");
    if (state === "checking" || state === "processing") acts.delete("cancel");
    return acts;
  }

  /** Do it. `give` wants the file. */
  act(id, name, file) {
    const known = this.pile.find(id);
    if (known) this.settle(known, name, file);
    else if (name === "give") this.give(id, file);
    else if (this.uploader?.file(id)) this.uploader[name](id);
    else if (name === "retry") this.ledger.again(id);
    else if (name === "cancel") this.ledger.drop(id);
  }

  /** Send a file that was set aside, or forget it. */
  settle(known, name, file) {
    if (name === "give" && (file?.name !== known.name || file.size !== known.size)) {
      if (file) toast(t("upload.another", { name: known.name }));
      return;
    }
    this.pile.take(known.id);
    if (name !== "cancel") this.uploader.addAnyway(file ? { ...known, data: file } : known);
    this.turn();
  }

  give(id, file) {
    const line = this.lines().find((one) => one.id === id);
    if (line && file && !this.uploader.giveAgain(id, file)) toast(t("upload.another", { name: line.name }));
  }

  /** Pause all, or go on with all when all are paused. */
  toggleAll() {
    if (this.sum().flowing) this.uploader?.pauseAll();
    else this.uploader?.resumeAll();
  }

  /** How it stands as a whole; sizes in bytes, speed in bytes a second, `left` in seconds. */
  sum() {
    const lines = this.lines();
    const count = (...states) => lines.filter((line) => states.includes(line.state)).length;
    const sending = lines.filter((line) => ["waiting", "uploading", "paused"].includes(line.state));
    const total = sending.reduce((sum, line) => sum + line.size, 0);
    const sent = sending.reduce((sum, line) => sum + (line.sent ?? 0), 0);
    const speed = sending.reduce((sum, line) => sum + (line.speed ?? 0), 0);
    return {
      files: lines.length - count("known", "draft"), lines: lines.length, ready: lines.filter((line) => READY.has(line.state) && !line.problem).length, failed: count("failed", "blocked"), asking: count("asking"),
      flowing: count("waiting", "uploading"), paused: count("paused"), over: lines.filter(isOver).length, working: count("checking", "processing"),
      total, sent, speed, left: speed ? (total - sent) / speed : 0,
    };
  }
}

/** The sum in words: "3 of 5 ready · 12 MB of 40 MB · 3.2 MB/s · about 2 min left". */
export function plainSum(sum) {
  const parts = [t("upload.readyOf", { done: sum.ready, total: sum.files })];
  if (sum.total) parts.push(t("upload.of", { done: size(sum.sent), total: size(sum.total) }));
  if (sum.speed) parts.push(t("upload.speed", { size: size(sum.speed) }), t("upload.left", { time: roughly(sum.left) }));
  if (sum.asking) parts.push(t("upload.askingToo", { n: sum.asking }));
  if (sum.failed) parts.push(t("upload.failedToo", { n: sum.failed }));
  return parts.join(" · ");
}

/** The same, where there is little room: "about 2 min left · 3 of 5 ready". */
export function shortSum(sum) {
  const parts = [t("upload.readyOf", { done: sum.ready, total: sum.files })];
  if (sum.speed) parts.unshift(t("upload.left", { time: roughly(sum.left) }));
  if (sum.asking) parts.push(t("upload.askingToo", { n: sum.asking }));
  if (sum.failed) parts.push(t("upload.failedToo", { n: sum.failed }));
  return parts.join(" · ");
}

/** The state of a line, with its number where it has one. */
export function stateWord(line) {
  if (line.state === "uploading" || line.state === "paused" || (line.state === "fetching" && line.percent)) return `${t(`state.${line.state}`)} ${percent(line.percent)}`;
  if (line.state === "processing") return t("state.processingAt", { percent: percent(line.percent ?? 0) });
  return t(`state.${line.state}`);
}
