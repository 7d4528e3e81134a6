/**
 * The uploader: Uppy with tus (or the bucket) and Golden Retriever, without a face.
 *
 *   const uploader = await openUploader({ ...optionsOf(element), name: "portal-7-1", restores: true, wishes: () => ({ metadata, options }) });
 *   uploader.uppy.use(Dashboard, …); uploader.add(files); uploader.lines();
 *
 * Options, each also a `data-` attribute of the element that `optionsOf` reads (`data-most`, `data-known`, …):
 *   endpoint  where tus begins, `/api/v1/uploads/`
 *   headers   further headers of every request, as JSON in the attribute: `{"X-Guest-Link": "…"}`
 *   most      the largest file, in bytes
 *   direct    where parts for the bucket are signed; empty for tus
 *   keeper    the service worker that keeps files over a reload; empty for none
 *   hasher    the worker that hashes; `known` the address that is asked with the hash; either empty: nobody asks
 *   kinds     the kinds that are taken (`video audio image`), empty for all; `only` says so in a sentence
 *   progress  where an upload's job is asked for, with `{id}` for the upload
 * Further: `name` and `restores` as `uploadseat.js` gives them; `wishes(file)` gives `{ metadata, options }` for a file
 * when it is sent, `collection(file)` the collection in which a like name would matter.
 *
 * It emits `change`, `refused` ({ name, size, problem }), `known` ({ name, data, same … }), `sent` and `failed`
 * (a line; one that another try cannot help) and `said` (a sentence). A file's line is named by `file.meta.line`.
 */

import { GoldenRetriever, Uppy } from "../vendor/uppy.min.js";
import { parse, Problem } from "./http.js";
import { keepAwake, keeperReady } from "./uploadkeeper.js";
import { Pace } from "./uploadpace.js";
import { isLasting } from "./uploadledger.js";
import { Lookup } from "./uploadknown.js";
import { mayBeOf } from "./uploadkinds.js";
import { chooseWay, endAside } from "./uploadways.js";
import { localeOf } from "./uploadlocale.js";
import { size, t } from "./words.js";

const RESTORE_WITHIN = 4_000;
const LOOK_WITHIN = 4_000;
const KEPT_EACH = 256 * 2 ** 20;
const KEPT_ALL = 2 * 2 ** 30;

/** The options that an element's `data-` attributes carry. */
export function optionsOf({ dataset }) {
  const { endpoint, most, direct = "", keeper = "", hasher = "", known = "", progress = "", kinds = "", only = "" } = dataset;
  return { endpoint, most: Number(most), direct, keeper, hasher, known, progress, kinds: kinds.split(" ").filter(Boolean), only, headers: parse(dataset.headers ?? "") ?? {} };
}

/** Open the uploader; what was kept under its name is there when it answers, and is on its way again. */
export async function openUploader(options) {
  const kept = await keeperReady(options.keeper);
  const uploader = new Uploader(options, await localeOf(document.documentElement.lang));
  await uploader.restore(kept, options.restores);
  return uploader;
}

export class Uploader extends EventTarget {
  constructor(options, locale) {
    super();
    this.options = options;
    this.pace = new Pace();
    this.lookup = new Lookup(options);
    /** file id → the promise that its look-up is done */
    this.looks = new Map();
    /** the ids of files that a run has given up */
    this.broken = new Set();
    /** line → what the portal already has */
    this.notices = new Map();
    this.uppy = new Uppy({ id: options.name, locale, onBeforeFileAdded: (file) => this.judge(file) });
    chooseWay(this.uppy, options);
    this.uppy.addPreProcessor((ids) => this.prepare(ids));
    this.hear();
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  hear() {
    const { uppy } = this;
    uppy.on("state-update", (before, after) => {
      if (before.files !== after.files || before.currentUploads !== after.currentUploads) this.tell("change");
    });
    uppy.on("file-added", (file) => this.added(file));
    uppy.on("file-removed", (file) => this.notices.delete(file.meta.line));
    uppy.on("upload-progress", (file, progress) => this.pace.note(file?.id, progress.bytesUploaded));
    uppy.on("upload-pause", (file, paused) => { if (!paused) this.wake(file.id); });
    uppy.on("resume-all", () => { for (const file of uppy.getFiles()) this.wake(file.id); });
    uppy.on("upload-success", (file, response) => this.succeeded(file, response));
    uppy.on("upload-error", (file, error, response) => this.broke(file, error, response));
    addEventListener("online", () => { for (const line of this.lines()) if (line.problem?.code === "offline") this.retry(line.id); });
    keepAwake(() => uppy.getFiles().length > 0);
  }

  // Coming in ------------------------------------------------------------------------------------------------------
  add(files) {
    const found = files.map((file) => ({ source: "portal", name: file.name, type: file.type, data: file, meta: { relativePath: file.relativePath || file.webkitRelativePath || null } }));
    this.uppy.addFiles(found);
  }

  /** Uppy's question before it takes a file. */
  judge(file) {
    if (file.meta.line) return true; // a file that was asked for again
    if (file.name.startsWith(".")) return false;
    if (this.uppy.getFile(file.id)) {
      this.tell("said", t("upload.twice", { name: file.name }));
      return false;
    }
    const { most } = this.options;
    let problem = null;
    if (file.size === 0) problem = { code: "empty_file", detail: t("upload.empty") };
    else if (file.size > most) problem = { code: "file_too_large", detail: t("upload.tooLarge", { size: size(file.size), limit: size(most) }) };
    else if (!mayBeOf(this.options.kinds, file)) problem = { code: "unsupported_media_type", detail: this.options.only };
    if (problem) {
      this.tell("refused", { id: newId(), name: file.name, size: file.size, problem });
      return false;
    }
    return { ...file, meta: { ...file.meta, line: newId() } };
  }

  added(file) {
    if (file.progress.uploadStarted) this.wake(file.id);
    else if (!file.meta.sure) this.looks.set(file.id, this.look(file));
  }

  /** Hash a file and ask whether it is known. */
  async look(file) {
    const sha256 = await this.lookup.hash(file.id, file.data);
    if (sha256 && this.uppy.getFile(file.id)) this.uppy.setFileMeta(file.id, { sha256 });
    const collection = this.options.collection?.(file) ?? "";
    const found = await this.lookup.ask({ sha256, filename: file.name, collection });
    const now = this.uppy.getFile(file.id);
    if (!now || (!found.same.length && !found.same_name.length)) return;
    if (found.same.length && !now.progress.uploadStarted) {
      this.uppy.removeFile(file.id);
      this.tell("known", { id: now.meta.line, name: now.name, size: now.size, same: found.same, data: file.data, meta: now.meta });
    } else {
      this.notices.set(now.meta.line, found);
      this.tell("change");
    }
  }

  /** Send a file although the portal has it. */
  addAnyway({ name, data, meta }) {
    this.uppy.addFile({ source: "portal", name, type: data.type, data, meta: { ...meta, line: undefined, sure: true } });
    return this.send();
  }

  /** Send what has been chosen. */
  send() {
    return this.uppy.upload().catch(() => {}); // each file says its own error
  }

  /** Uppy's step before the bytes: what is known of each file is looked up, and what is wished for it written down. */
  async prepare(ids) {
    const fresh = ids.filter((id) => this.uppy.getFile(id) && !this.uppy.getFile(id).tus?.uploadUrl);
    const late = new Promise((resolve) => { setTimeout(resolve, LOOK_WITHIN); });
    const looks = Promise.all(fresh.map((id) => this.looks.get(id)));
    for (const file of this.uppy.getFilesByIds(fresh)) this.uppy.emit("preprocess-progress", file, { mode: "indeterminate", message: t("upload.looking") });
    await Promise.race([looks, late]);
    for (const file of this.uppy.getFilesByIds(fresh).filter(Boolean)) {
      const { metadata = {}, options = {} } = this.options.wishes?.(file) ?? {};
      const meta = { filename: file.name, filetype: file.type ?? "", metadata: JSON.stringify(metadata), processing_options: JSON.stringify(options) };
      if (file.meta.sha256) meta.sha256 = file.meta.sha256;
      this.uppy.setFileState(file.id, { meta: { ...file.meta, ...meta }, tus: { ...file.tus, allowedMetaFields: Object.keys(meta) } });
      this.uppy.emit("preprocess-complete", this.uppy.getFile(file.id));
    }
  }

  // Going out ------------------------------------------------------------------------------------------------------
  succeeded(file, response) {
    const headers = response.body?.xhr;
    const upload = (response.uploadURL ?? "").split("/").filter(Boolean).pop() ?? "";
    const line = { id: file.meta.line, name: file.name, size: file.size, upload };
    const asset = headers?.getResponseHeader?.("X-Asset-Id") || response.body?.asset_id;
    const job = headers?.getResponseHeader?.("X-Job-Id") || response.body?.job_id;
    if (asset || !this.options.progress) this.tell("sent", { ...line, asset, job });
    else this.askFor(line);
    // Uppy is in the middle of ending this file: taken out now, it would be ended at the portal too.
    setTimeout(() => this.uppy.getFile(file.id) && this.uppy.removeFile(file.id), 0);
  }

  /** The last answer was lost: the portal knows what became of the upload. */
  async askFor(line) {
    try {
      const answer = await fetch(this.options.progress.replace("{id}", line.upload), { headers: { Accept: "application/json", ...this.options.headers }, credentials: "same-origin" });
      const body = answer.ok ? await answer.json() : {};
      this.tell("sent", { ...line, asset: body.asset_id, job: body.job_id, ...(body.error ? { state: "failed", problem: body.error } : {}) });
    } catch {
      this.tell("sent", line);
    }
  }

  broke(file, error, response) {
    if (!file || !this.uppy.getFile(file.id)) return;
    const problem = problemOf(error, response);
    this.broken.add(file.id);
    this.uppy.setFileState(file.id, { problem });
    this.uppy.setState({ error: null }); // Uppy would offer nothing but "retry all"
    if (!isLasting(problem.code)) return;
    this.tell("failed", { id: file.meta.line, name: file.name, size: file.size, problem });
    setTimeout(() => this.uppy.getFile(file.id) && this.uppy.removeFile(file.id), 0);
  }

  // By hand --------------------------------------------------------------------------------------------------------
  file(line) {
    return this.uppy.getFiles().find((file) => file.meta.line === line);
  }

  /** Whether one of Uppy's runs holds the file; one that was paused or failed when its page ended lies aside. */
  runs(id) {
    return Object.values(this.uppy.getState().currentUploads).some((one) => one.fileIDs.includes(id));
  }

  /** Send on what lies aside. */
  wake(id) {
    const file = this.uppy.getFile(id);
    if (!file?.progress.uploadStarted || file.progress.uploadComplete || file.isGhost || (this.runs(id) && !this.broken.has(id))) return;
    this.again(id);
  }

  again(id) {
    this.broken.delete(id);
    this.uppy.retryUpload(id).catch(() => {}); // the file says its own error
  }

  pause(line) {
    const file = this.file(line);
    if (file && !file.isPaused) this.uppy.pauseResume(file.id);
  }

  resume(line) {
    const file = this.file(line);
    if (file?.isPaused) this.uppy.pauseResume(file.id);
  }

  retry(line) {
    const file = this.file(line);
    if (file && !file.isGhost) this.again(file.id);
  }

  cancel(line) {
    const file = this.file(line);
    if (!file) return;
    if (!this.runs(file.id) || this.broken.has(file.id)) endAside(file, this.options);
    this.uppy.removeFile(file.id);
  }

  pauseAll() {
    this.uppy.pauseAll();
  }

  resumeAll() {
    this.uppy.resumeAll();
  }

  /** Give a file again that a crash took; false when it is another one. */
  giveAgain(line, data) {
    const file = this.file(line);
    if (!file?.isGhost || file.size !== data.size || file.name !== data.name) return false;
    this.uppy.setFileState(file.id, { isGhost: false, data });
    this.wake(file.id);
    return true;
  }

  // After a reload -------------------------------------------------------------------------------------------------
  /** Bring back what was kept, and send it on. Nothing may be added before this is done. */
  async restore(kept, any) {
    this.kept = kept;
    const restored = new Promise((resolve) => { this.uppy.once("restored", resolve); });
    this.uppy.use(GoldenRetriever, { serviceWorker: kept, indexedDB: { maxFileSize: KEPT_EACH, maxTotalSize: KEPT_ALL } });
    if (!any) return;
    const found = await Promise.race([restored.then(() => true), new Promise((resolve) => { setTimeout(resolve, RESTORE_WITHIN); })]);
    if (found) this.goOn();
  }

  goOn() {
    const { files, currentUploads } = this.uppy.getState();
    const able = (id) => files[id] && !files[id].isGhost && !files[id].isPaused && !files[id].error && !files[id].progress.uploadComplete;
    const runs = Object.entries(currentUploads).map(([id, run]) => [id, { ...run, step: 0, fileIDs: run.fileIDs.filter(able) }]);
    const left = runs.filter(([, run]) => run.fileIDs.length);
    this.uppy.setState({ recoveredState: null, error: null, currentUploads: Object.fromEntries(left) });
    for (const file of Object.values(files)) if (file.progress.uploadComplete) this.uppy.removeFile(file.id);
    for (const [id] of left) this.uppy.restore(id).catch(() => {});
    this.tell("change");
  }

  // How it stands --------------------------------------------------------------------------------------------------
  /** The files that are chosen and not sent. */
  drafts() {
    return this.uppy.getFiles().filter((file) => !file.progress.uploadStarted && !this.runs(file.id));
  }

  /** Whether leaving the page would lose a file: one that the browser does not keep. */
  fragile() {
    return !this.kept && this.uppy.getFiles().some((file) => !file.isGhost && !file.progress.uploadComplete && file.size > KEPT_EACH);
  }

  /** A line for each file that is on its way, in trouble, or of which there is something to say. */
  lines() {
    const told = (file) => file.progress.uploadStarted || this.runs(file.id) || this.notices.has(file.meta.line);
    return this.uppy.getFiles().filter((file) => !file.progress.uploadComplete && told(file)).map((file) => this.line(file));
  }

  /** How many files are on their way, and how many only chosen. */
  counts() {
    const drafts = this.drafts().length;
    return { sending: this.uppy.getFiles().filter((file) => !file.progress.uploadComplete).length - drafts, drafts };
  }

  line(file) {
    const { id, name, progress, problem } = file;
    const sent = progress.bytesUploaded || 0;
    const line = { id: file.meta.line, name, size: file.size, sent, percent: file.size ? (100 * sent) / file.size : 0, notice: this.notices.get(file.meta.line) };
    if (file.isGhost) return { ...line, state: "asking" };
    if (file.error) return { ...line, state: "failed", problem: problem ?? { code: "", detail: file.error } };
    if (file.isPaused) return { ...line, state: "paused" };
    if (!progress.uploadStarted && !this.runs(id)) return { ...line, state: "draft" };
    if (!sent) return { ...line, state: "waiting" };
    const { speed, left } = this.pace.of(id, file.size);
    return { ...line, state: "uploading", speed, left };
  }
}

/** What a failed request says, in the portal's own words where it says any. */
function problemOf(error, response) {
  if (error instanceof Problem && error.status) return { code: error.code, detail: error.message };
  const told = parse(response?.body?.xhr?.responseText ?? "");
  if (told?.code) return { code: told.code, detail: told.detail || told.title || "" };
  const status = response?.status || error?.originalResponse?.getStatus?.() || error?.status || 0;
  return status ? { code: `http_${status}`, detail: t("upload.server", { status }) } : { code: "offline", detail: t("upload.offline") };
}

/** A name for a line; `randomUUID` is missing where the page has no TLS. */
const newId = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
