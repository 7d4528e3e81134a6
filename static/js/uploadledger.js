/**
 * What became of files after their bytes: kept in the browser for a day, shared by all its tabs, each followed until
 * it is ready or ended with a reason.
 *
 * A line: `{ id, name, size, state, asset, job, problem: { code, detail }, at }`, and while work is going on `percent`,
 * `what`, `left` (seconds). A file that the portal fetches itself is in state "fetching" and has, until it has come,
 * `upload` (its id) in place of `job`; `promised` is the id of the job to be, `anew` begins it once more. Emits `change`, and `moved` with the line whose state moved.
 */

import { call } from "./http.js";
import { subscribe } from "./live.js";
import { stepWord, t } from "./words.js";

const KEEP = 24 * 3600 * 1000;
const MOST = 500;
const OVER = new Set(["ready", "held", "blocked", "failed", "cancelled", "sent"]);
/** States in which a file whose job has failed waits for, or has, a decision. */
const REFUSED = new Set(["blocked", "held"]);
/** What another try with the same bytes would find again. */
const LASTING = new Set(["empty_file", "empty_media", "file_too_large", "unsupported_media_type", "disguised_file", "corrupt_media", "container_mismatch", "malware_found", "image_too_large", "unsupported_codec", "checksum_mismatch", "retry_hopeless"]);

/** Whether a line waits for nothing any more. */
export const isOver = (line) => OVER.has(line.state);
/** Whether trying again with the same bytes may help. */
export const isLasting = (code) => LASTING.has(code);

export class Ledger extends EventTarget {
  /** `owner` names whose lines they are; without `follow` a file that is sent is the end of it. */
  constructor(owner, { follow = true } = {}) {
    super();
    this.place = `portal.ledger.${owner}`;
    this.follows = follow;
    /** topic → the function that ends listening */
    this.listening = new Map();
    this.lines = this.read();
    addEventListener("storage", (event) => {
      if (event.key === this.place) this.reload();
    });
    this.listen();
  }

  read() {
    try {
      const lines = JSON.parse(localStorage.getItem(this.place)) ?? [];
      return lines.filter((line) => line.at > Date.now() - KEEP);
    } catch {
      return [];
    }
  }

  reload() {
    const moving = new Map(this.lines.map((line) => [line.id, line]));
    this.lines = this.read().map((line) => (moving.get(line.id)?.state === line.state ? { ...moving.get(line.id), ...line } : line));
    this.listen();
    this.tell("change");
  }

  write() {
    const lasting = this.lines.slice(0, MOST).map(({ percent, what, left, sent, ...line }) => line);
    try {
      localStorage.setItem(this.place, JSON.stringify(lasting));
    } catch {
      // A full store must not stop an upload; the lines stay on this page.
    }
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  find(id) {
    return this.lines.find((line) => line.id === id);
  }

  /** Write a line down; the newest stands first. */
  add(line) {
    const state = line.state ?? (line.job && this.follows ? "checking" : "sent");
    this.lines = [{ ...line, state, at: Date.now() }, ...this.lines.filter((one) => one.id !== line.id)];
    this.write();
    this.listen();
    this.tell("moved", this.lines[0]);
    this.tell("change");
  }

  /** Change a line, and say so. */
  alter(id, change) {
    const before = this.find(id);
    if (!before) return;
    const after = { ...before, ...change };
    this.lines = this.lines.map((line) => (line.id === id ? after : line));
    if (after.state !== before.state || change.problem !== undefined) this.write();
    if (after.state !== before.state) this.tell("moved", after);
    this.tell("change");
  }

  /** Forget one line, or all that are over. */
  clear(id) {
    this.lines = this.lines.filter((line) => (id ? line.id !== id : !isOver(line)));
    this.write();
    this.tell("change");
  }

  /** Take a line out; what is being fetched for it is stopped. */
  async drop(id) {
    const line = this.find(id);
    this.clear(id);
    this.listen();
    if (line?.state === "fetching") await call("DELETE", `/api/v1/uploads/import/${line.upload}`).catch(() => {});
  }

  /** Start a failed job anew where its bytes already lie, or fetch the file once more. */
  async again(id) {
    const line = this.find(id);
    try {
      if (!line.job) {
        const next = await line.anew();
        this.clear(id);
        this.add(next);
        return;
      }
      await call("POST", `/api/v1/media/job/${line.job}/retry`, {});
      this.alter(id, { state: "processing", problem: null, percent: 0, what: "", left: 0 });
      this.listen();
    } catch (problem) {
      this.alter(id, { problem: { code: problem.code, detail: problem.message || t("noAnswer") } });
    }
  }

  /** Hear of every job and of every file being fetched that is not over, and of no other. */
  listen() {
    if (!this.follows) return;
    const open = new Map(this.lines.filter((line) => (line.job || line.upload) && !isOver(line)).map((line) => [line.job ? `job:${line.job}` : `upload:${line.upload}`, line.id]));
    for (const [topic, leave] of this.listening) {
      if (open.has(topic)) continue;
      leave();
      this.listening.delete(topic);
    }
    for (const [topic, id] of open) {
      if (!this.listening.has(topic)) this.listening.set(topic, subscribe(topic, (event) => (topic.startsWith("job:") ? this.heard(id, event) : this.coming(id, event))));
    }
  }

  /** News of a file that is being fetched. */
  coming(id, { type, data = {} }) {
    const line = this.find(id);
    if (!line || line.job) return;
    if (type === "error" || data.status === "failed") this.alter(id, { state: "failed", problem: data.error ?? { code: "", detail: t("state.failed") } });
    else if (data.asset_id) this.alter(id, { state: "checking", asset: data.asset_id, job: line.promised, name: data.title || line.name, percent: 0 });
    else this.alter(id, { size: data.bytes_total ?? line.size, sent: data.bytes_received ?? 0, percent: data.progress ?? 0 });
    if (this.find(id)?.state !== "fetching") this.listen();
  }

  heard(id, event) {
    const data = event.data ?? {};
    if (event.type === "error") this.alter(id, { state: "sent" });
    else if (!data.status) return;
    else if (data.status === "failed" || data.status === "cancelled") {
      this.alter(id, { state: REFUSED.has(data.state) ? data.state : "failed", problem: data.error ?? { code: "", detail: t("state.failed") } });
    } else if (data.status === "completed") this.alter(id, { state: OVER.has(data.state) ? data.state : "ready" });
    else {
      const state = data.state === "checking" ? "checking" : "processing";
      this.alter(id, { state, percent: data.progress ?? 0, what: stepWord(data), left: data.eta_seconds ?? 0 });
    }
    if (isOver(this.find(id) ?? { state: "sent" })) this.listen();
  }
}
