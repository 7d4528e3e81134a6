/**
 * Files straight into the bucket, in parts: the portal signs, the browser sends, the portal accepts. An Uppy plugin in
 * the place of Tus; Uppy's own for buckets speaks to Uppy's own server only.
 *
 * A file remembers its upload in `s3Multipart`, which Golden Retriever keeps; parts that the bucket has are not sent
 * again. Needs the bucket to show `ETag` to this site.
 */

import { BasePlugin } from "../vendor/uppy.min.js";
import { call } from "./http.js";

const AT_ONCE = 3;
const PAUSES = [500, 2_000, 5_000, 15_000];
const STOPPED = new Error("stopped");
const pause = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

export class Bucket extends BasePlugin {
  constructor(uppy, options) {
    super(uppy, options);
    this.id = "Bucket";
    this.type = "uploader";
    this.free = AT_ONCE;
    /** those who wait for a place on the line */
    this.waiting = [];
    /** file id → what ends its sending; what wakes it */
    this.stops = new Map();
    this.sleepers = new Map();
  }

  install() {
    this.uppy.setState({ capabilities: { ...this.uppy.getState().capabilities, resumableUploads: true } });
    this.uppy.addUploader((ids) => this.run(ids));
    this.uppy.on("upload-pause", (file, paused) => (paused ? this.stop(file.id) : this.wake(file.id)));
    this.uppy.on("pause-all", () => { for (const id of [...this.stops.keys()]) this.stop(id); });
    this.uppy.on("resume-all", () => { for (const id of [...this.sleepers.keys()]) this.wake(id); });
    this.uppy.on("file-removed", (file) => this.removed(file));
  }

  async run(ids) {
    const files = this.uppy.getFilesByIds(ids).filter((file) => file && !file.error && !file.progress.uploadComplete);
    this.uppy.emit("upload-start", files.filter((file) => !file.progress.uploadStarted || !file.isRestored));
    await Promise.allSettled(files.map((file) => this.carry(file.id)));
  }

  /** Carry a file over pauses to its end. */
  async carry(id) {
    while (this.uppy.getFile(id)) {
      if (this.uppy.getFile(id).isPaused) await new Promise((resolve) => { this.sleepers.set(id, resolve); });
      while (!this.free) await new Promise((resolve) => { this.waiting.push(resolve); });
      this.free -= 1;
      try {
        const answer = await this.send(id);
        this.uppy.emit("upload-success", this.uppy.getFile(id), { status: 202, uploadURL: answer.upload_id, body: answer });
        return;
      } catch (error) {
        if (error === STOPPED || !this.uppy.getFile(id)) continue;
        this.uppy.emit("upload-error", this.uppy.getFile(id), error);
        return;
      } finally {
        this.stops.delete(id);
        this.free += 1;
        this.waiting.shift()?.();
      }
    }
  }

  /** Send what the bucket does not have yet; returns the portal's document of the accepted file. */
  async send(id) {
    const stop = new AbortController();
    this.stops.set(id, stop);
    const { data, meta } = this.uppy.getFile(id);
    const before = this.uppy.getFile(id).s3Multipart;
    const parts = before ? await this.parts(before) : null;
    const begun = parts ? before : await this.begin(id, data, meta);
    const address = `${this.opts.endpoint}/${begun.uploadId}`;
    const has = new Map((parts ?? []).map((part) => [part.PartNumber, part]));
    for (let start = 0, number = 1; start < data.size; start += begun.partSize, number += 1) {
      const piece = data.slice(start, start + begun.partSize);
      if (!has.has(number)) has.set(number, { PartNumber: number, ETag: await this.part(address, number, piece, (sent) => this.tell(id, start + sent), stop.signal) });
      this.tell(id, start + piece.size);
    }
    return call("POST", `${address}/complete`, { parts: [...has.values()].sort((one, other) => one.PartNumber - other.PartNumber) });
  }

  /** The parts that the bucket has; null when the upload is no more. */
  async parts({ uploadId }) {
    try {
      return await call("GET", `${this.opts.endpoint}/${uploadId}`);
    } catch (error) {
      if (error.status === 404 || error.status === 410) return null;
      throw error;
    }
  }

  async begin(id, data, meta) {
    const wishes = { metadata: JSON.parse(meta.metadata ?? "{}"), processing_options: JSON.parse(meta.processing_options ?? "{}") };
    const hash = meta.sha256 ? { sha256: meta.sha256 } : {};
    const answer = await call("POST", this.opts.endpoint, { filename: meta.filename ?? data.name, size: data.size, ...wishes, ...hash });
    const begun = { uploadId: answer.upload_id, key: answer.key, partSize: answer.part_size };
    if (this.uppy.getFile(id)) this.uppy.setFileState(id, { s3Multipart: begun });
    return begun;
  }

  /** Send one part, again when the line breaks; an address is signed afresh each time. Returns its ETag. */
  async part(address, number, piece, sent, signal) {
    for (let attempt = 0; ; attempt += 1) {
      if (signal.aborted) throw STOPPED;
      try {
        return await put(await call("GET", `${address}/${number}`), piece, sent, signal);
      } catch (error) {
        if (signal.aborted) throw STOPPED;
        if (attempt === PAUSES.length || (error.status >= 400 && error.status < 500)) throw error;
        await pause(PAUSES[attempt]);
      }
    }
  }

  tell(id, bytesUploaded) {
    const file = this.uppy.getFile(id);
    if (file) this.uppy.emit("upload-progress", file, { uploadStarted: file.progress.uploadStarted ?? Date.now(), bytesUploaded, bytesTotal: file.size });
  }

  stop(id) {
    this.stops.get(id)?.abort();
  }

  wake(id) {
    this.sleepers.get(id)?.();
    this.sleepers.delete(id);
  }

  removed(file) {
    this.stop(file.id);
    this.wake(file.id);
    if (file.s3Multipart && !file.progress.uploadComplete) call("DELETE", `${this.opts.endpoint}/${file.s3Multipart.uploadId}`).catch(() => {});
  }
}

/** PUT a piece to a signed address, telling how many bytes have gone. */
function put({ url, headers = {} }, piece, sent, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.upload.addEventListener("progress", (event) => sent(event.loaded));
    request.addEventListener("load", () => {
      const etag = request.getResponseHeader("ETag");
      if (request.status >= 200 && request.status < 300 && etag) resolve(etag);
      else reject(Object.assign(new Error(request.statusText), { status: request.status, code: `http_${request.status}` }));
    });
    for (const type of ["error", "abort", "timeout"]) request.addEventListener(type, () => reject(Object.assign(new Error(type), { status: 0 })));
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) if (name.toLowerCase() !== "host") request.setRequestHeader(name, value);
    request.send(piece);
  });
}
