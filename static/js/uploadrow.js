/** One file's row: its bytes on their way, then its work, until it is ready or failed with a reason. */

import { call, csrf, parse } from "./http.js";
import { subscribe } from "./live.js";
import { say } from "./tell.js";
import { has, percent, size, span, stepWord, t } from "./words.js";

const template = document.getElementById("row");
/** What another try with the same bytes would find again. */
const LASTING = new Set(["empty_file", "empty_media", "file_too_large", "unsupported_media_type", "disguised_file", "corrupt_media", "malware_found", "image_too_large", "unsupported_codec"]);
const OVER = new Set(["ready", "held", "blocked", "failed", "cancelled"]);

/** A row. `changed` is called whenever its state moves. */
export class Row {
  constructor(file, { most, wishes, options, changed }) {
    this.file = file;
    this.wishes = wishes;
    this.options = options;
    this.changed = changed;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part(".row-name bdi").textContent = file.name;
    this.part(".row-size").textContent = size(file.size);
    this.bar.setAttribute("aria-label", file.name);
    this.element.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")?.dataset.act));
    this.become("waiting");
    if (file.size === 0) this.fail({ code: "empty_file", detail: t("upload.empty") });
    else if (file.size > most) {
      this.fail({ code: "file_too_large", detail: t("upload.tooLarge", { size: size(file.size), limit: size(most) }) });
    }
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  get bar() {
    return this.part("progress");
  }

  /** Whether bytes are on their way. */
  get flowing() {
    return this.state === "uploading";
  }

  /** Whether nothing more will happen by itself. */
  get over() {
    return OVER.has(this.state);
  }

  become(state, word = t(`state.${state}`)) {
    const moved = this.state !== state;
    this.state = state;
    this.element.dataset.state = state;
    this.part(".row-state").textContent = word;
    this.show("open", state === "ready" || state === "held" || (state === "failed" && this.asset));
    this.show("cancel", state === "waiting" || state === "uploading");
    if (this.over) {
      this.part(".row-what").textContent = "";
      this.part(".row-left").textContent = "";
    }
    if (moved && state !== "waiting") say(t("upload.said", { name: this.file.name, state: word }));
  }

  show(act, shown) {
    this.part(`[data-act="${act}"]`).hidden = !shown;
  }

  act(name) {
    if (name === "cancel") {
      this.request?.abort();
      this.become("cancelled");
      this.show("retry", true);
      this.changed();
    } else if (name === "retry") this.again();
  }

  /** A refused file is sent anew; a failed job is started anew where its bytes already lie. */
  async again() {
    this.show("retry", false);
    this.part(".row-error").hidden = true;
    if (this.job) {
      try {
        await call("POST", `/api/v1/media/job/${this.job}/retry`, {});
        this.become("processing");
        this.follow();
      } catch (problem) {
        this.fail({ code: problem.code, detail: problem.message || t("noAnswer") });
      }
    } else this.become("waiting");
    this.changed();
  }

  fail({ code, detail }) {
    this.become("failed");
    const holder = this.part(".row-error");
    holder.hidden = false;
    holder.firstElementChild.textContent = detail;
    const button = holder.querySelector(".copy-code");
    button.hidden = !code;
    button.dataset.copy = code ?? "";
    button.firstElementChild.textContent = code ?? "";
    this.show("retry", !LASTING.has(code));
  }

  /** Send the bytes. The wishes go before the file, so that the door knows them when the file begins. */
  send() {
    this.become("uploading");
    this.started = performance.now();
    const form = new FormData();
    form.append("filename", this.file.name);
    form.append("metadata", JSON.stringify(this.wishes));
    form.append("processing_options", JSON.stringify(this.options));
    form.append("file", this.file, this.file.name);
    const request = new XMLHttpRequest();
    this.request = request;
    request.open("POST", `/api/v1/media/upload?upload_id=${crypto.randomUUID?.() ?? uuid()}`);
    request.setRequestHeader("X-CSRFToken", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => this.flow(event));
    request.upload.addEventListener("load", () => { if (this.flowing) this.become("checking"); this.changed(); });
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.broke({ code: "offline", detail: t("upload.offline") }));
    request.send(form);
  }

  broke(problem) {
    this.fail(problem);
    this.changed();
  }

  flow(event) {
    if (!event.lengthComputable || !this.flowing) return;
    this.bar.value = (100 * event.loaded) / event.total;
    this.part(".row-state").textContent = `${t("state.uploading")} ${percent((100 * event.loaded) / event.total)}`;
    this.part(".row-what").textContent = t("upload.of", { done: size(Math.min(event.loaded, this.file.size)), total: size(this.file.size) });
    const taken = (performance.now() - this.started) / 1000;
    this.part(".row-left").textContent = taken > 2 && event.loaded
      ? t("upload.left", { time: span((taken * (event.total - event.loaded)) / event.loaded) }) : "";
  }

  answered(request) {
    const body = parse(request.responseText) ?? {};
    if (request.status === 202 || request.status === 200 || request.status === 201) {
      this.asset = body.asset_id;
      this.job = body.job_id;
      this.part('[data-act="open"]').href = `/assets/${this.asset}/`;
      this.become("checking");
      this.bar.value = 0;
      this.follow();
    } else {
      this.fail({ code: body.code ?? `http_${request.status}`, detail: body.detail || t("upload.server", { status: request.status }) });
    }
    this.changed();
  }

  /** Hear of the job until it ends. */
  follow() {
    this.leave?.();
    this.leave = subscribe(`job:${this.job}`, (event) => this.heard(event.data ?? {}));
  }

  heard(data) {
    if (!data.status || this.state === "cancelled") return;
    if (data.status === "failed" || data.status === "cancelled") {
      this.fail(data.error ?? { code: "", detail: t("state.failed") });
    } else if (data.status === "completed") {
      const state = OVER.has(data.state) ? data.state : "ready";
      this.become(state);
    } else {
      const state = data.state === "checking" ? "checking" : "processing";
      this.become(state, state === "processing" ? t("state.processingAt", { percent: percent(data.progress ?? 0) }) : undefined);
      this.bar.value = data.progress ?? 0;
      this.part(".row-what").textContent = stepWord(data);
      this.part(".row-left").textContent = data.eta_seconds ? t("upload.left", { time: span(data.eta_seconds) }) : "";
    }
    if (this.over) this.leave?.();
    this.changed();
  }
}

/** A version 4 UUID where the page is not in a secure context. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
