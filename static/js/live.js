/**
 * Live events: one websocket for the page, shared by every script, and polling while there is none.
 *
 *   const leave = subscribe("job:<id>", (event) => …);   // event: {type, topic, id, seq, at, data}
 *
 * The first event is a `snapshot`; after a broken line there is another one, then what was missed. `complete: false`
 * on a snapshot means that too much was missed: fetch afresh. A topic that may not be seen (any longer) is told once
 * as `{type: "error", code: "not_permitted"}` and then left. `asset.removed` may carry nothing but `asset_id`.
 *
 * While polling, events come in the same form without `id` and `seq`, and `case.changed` may carry nothing but `case_id`. The state stands in `<html data-live>` and is
 * told by the document's event `live` (`event.detail.state`): "live", "polling", "offline", "signed-out".
 */

const ADDRESS = "/ws/v1/events/";
const SIGN_IN_AGAIN = 4401;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const OPEN_WITHIN = 8_000;
const POLL_AFTER = 3_000;
const QUIET = 30_000;
const ANSWER_WITHIN = 10_000;

/** topic → {handlers, seq, poll}; polling keeps what it saw last in `polled`, `etag`, `files` and `over` */
const topics = new Map();
let socket = null;
let attempts = 0;
let timer = 0;
let watch = 0;
let fallback = 0; // 0: no need, -1: polling, else the timer that will start it
let state = "offline";

/** Hear of a topic. Returns the function that ends it. */
export function subscribe(topic, handler) {
  let entry = topics.get(topic);
  if (!entry) {
    entry = { handlers: new Set(), seq: null, poll: 0 };
    topics.set(topic, entry);
    if (isOpen()) ask(topic, entry);
    else if (polling()) poll(topic, entry);
  } else if (isOpen()) {
    ask(topic, entry); // Another script has it already: a snapshot for the newcomer, which harms nobody else.
  }
  entry.handlers.add(handler);
  start();
  return () => leave(topic, handler);
}

/** How the page hears: "live", "polling", "offline" or "signed-out". */
export const liveState = () => state;

function leave(topic, handler) {
  const entry = topics.get(topic);
  if (!entry?.handlers.delete(handler) || entry.handlers.size) return;
  forget(topic, entry);
  if (isOpen()) send({ action: "unsubscribe", topic });
}

function forget(topic, entry) {
  clearTimeout(entry.poll);
  topics.delete(topic);
}

function tell(topic, event) {
  for (const handler of [...(topics.get(topic)?.handlers ?? [])]) {
    try {
      handler(event);
    } catch (error) {
      console.error(error);
    }
  }
}

function become(next) {
  if (state === next) return;
  state = next;
  document.documentElement.dataset.live = next;
  document.dispatchEvent(new CustomEvent("live", { detail: { state: next } }));
}

// The line --------------------------------------------------------------------------------------------------------
const isOpen = () => socket?.readyState === WebSocket.OPEN;
const polling = () => fallback === -1;

function start() {
  if (socket || timer || state === "signed-out") return;
  if (!fallback) fallback = setTimeout(startPolling, POLL_AFTER);
  connect();
}

function connect() {
  timer = 0;
  const line = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${ADDRESS}`);
  socket = line;
  const late = setTimeout(() => line.close(), OPEN_WITHIN);
  line.addEventListener("open", () => clearTimeout(late));
  line.addEventListener("message", (message) => {
    if (socket === line) hear(message.data);
  });
  line.addEventListener("close", (event) => {
    clearTimeout(late);
    if (socket === line) lost(event.code);
  });
  line.addEventListener("open", () => {
    if (socket !== line) return;
    stopPolling();
    become("live");
    beat();
    for (const [topic, entry] of topics) ask(topic, entry);
  });
}

function lost(code) {
  socket = null;
  clearTimeout(watch);
  if (code === SIGN_IN_AGAIN) {
    stopPolling();
    become("signed-out");
    return;
  }
  if (!fallback) fallback = setTimeout(startPolling, attempts ? 0 : POLL_AFTER);
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempts) * (0.5 + Math.random() / 2);
  attempts += 1;
  timer = setTimeout(connect, pause);
}

function send(message) {
  socket.send(JSON.stringify(message));
}

function ask(topic, entry) {
  send(entry.seq === null ? { action: "subscribe", topic } : { action: "subscribe", topic, since: entry.seq });
}

function hear(text) {
  attempts = 0;
  beat();
  const event = JSON.parse(text);
  const entry = topics.get(event.topic);
  if (!entry) return;
  if (typeof event.seq === "number") entry.seq = Math.max(entry.seq ?? 0, event.seq);
  if (event.type === "unsubscribed") return;
  if (event.type === "error") {
    refused(event, entry);
    return;
  }
  tell(event.topic, event);
}

function refused(event, entry) {
  if (event.code === "unavailable") {
    setTimeout(() => topics.get(event.topic) === entry && isOpen() && ask(event.topic, entry), 5_000);
    return;
  }
  tell(event.topic, event);
  forget(event.topic, entry);
}

/** A line that says nothing is asked, and given up when it does not answer. */
function beat() {
  clearTimeout(watch);
  watch = setTimeout(() => probe(ANSWER_WITHIN), QUIET);
}

function probe(within) {
  const line = socket;
  if (!isOpen()) return;
  send({ action: "ping" });
  clearTimeout(watch);
  watch = setTimeout(() => {
    if (socket !== line) return;
    line.close();
    lost(0);
  }, within);
}

/** Try at once: the network or the person has come back. */
function again() {
  if (state === "signed-out" || !topics.size) return;
  if (isOpen()) probe(5_000);
  else if (!socket) {
    clearTimeout(timer);
    attempts = 0;
    connect();
  }
}
addEventListener("online", again);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
addEventListener("pagehide", () => {
  const line = socket;
  socket = null;
  clearTimeout(timer);
  clearTimeout(watch);
  timer = 0;
  line?.close();
});
addEventListener("pageshow", (event) => event.persisted && topics.size && start());

// Polling ---------------------------------------------------------------------------------------------------------
function startPolling() {
  fallback = -1;
  become("polling");
  for (const [topic, entry] of topics) poll(topic, entry);
}

function stopPolling() {
  if (fallback > 0) clearTimeout(fallback);
  fallback = 0;
  for (const entry of topics.values()) {
    clearTimeout(entry.poll);
    entry.polled = entry.etag = entry.over = undefined;
  }
}

const SOURCES = {
  job: { url: (id) => `/api/v1/media/job/${id}/status`, every: 3_000, events: jobEvents },
  upload: { url: (id) => `/api/v1/media/upload/${id}/progress`, every: 3_000, events: uploadEvents },
  asset: { url: (id) => `/api/v1/assets/${id}/`, every: 5_000, events: assetEvents },
  library: { url: () => "/api/v1/assets/?page_size=50", every: 10_000, events: libraryEvents },
  me: { url: () => "/api/v1/notifications/unread", every: 30_000, events: bellEvents },
  moderation: { url: () => "/api/v1/moderation/cases/?status=waiting&status=claimed&page_size=50", every: 10_000, events: caseEvents },
};

async function poll(topic, entry) {
  clearTimeout(entry.poll);
  const [kind, id] = topic.split(":");
  const source = SOURCES[kind];
  if (!source || !polling() || topics.get(topic) !== entry) return;
  let status = 0;
  let body = null;
  let now = Date.now();
  try {
    const headers = { Accept: "application/json" };
    if (entry.etag) headers["If-None-Match"] = entry.etag;
    const answer = await fetch(source.url(id), { headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(10_000) });
    status = answer.status;
    if (answer.ok) {
      entry.etag = answer.headers.get("ETag");
      // The portal's clock, when it says: the times in the body are told by it.
      now = Date.parse(answer.headers.get("Date")) || now;
      body = await answer.json();
    }
  } catch {
    // Told by the state below; the next turn tries again.
  }
  if (!polling() || topics.get(topic) !== entry) return;
  become(status && status < 500 ? "polling" : "offline");
  if (body) for (const event of source.events(body, entry, now)) tell(topic, { topic, id: null, seq: null, at: new Date().toISOString(), ...event });
  if (gone(status, topic, entry) || entry.over) return;
  entry.poll = setTimeout(() => poll(topic, entry), document.visibilityState === "visible" ? source.every : source.every * 4);
}

/** What may not be seen (any longer) is told as on the socket. */
function gone(status, topic, entry) {
  if (status === 401) {
    stopPolling();
    clearTimeout(timer);
    become("signed-out");
    return true;
  }
  if (status !== 403 && status !== 404) return false;
  const [kind, id] = topic.split(":");
  if (kind === "asset") tell(topic, { type: "asset.removed", topic, id: null, seq: null, data: { asset_id: id } });
  tell(topic, { type: "error", topic, code: "not_permitted" });
  forget(topic, entry);
  return true;
}

function jobEvents(status, entry, now) {
  const body = { ...status, eta_seconds: secondsTo(status.estimated_completion, now) };
  const ended = { completed: "job.completed", failed: "job.failed", cancelled: "job.failed" }[body.status];
  const type = entry.polled ? (ended ?? "job.progress") : "snapshot";
  const files = (body.results?.variants?.length ?? 0) + (body.results?.thumbnails?.length ?? 0);
  const events = [{ type, data: body }];
  if (type === "snapshot" && ended && entry.seq !== null) events.push({ type: ended, data: body });
  if (entry.polled && files > entry.files) events.push({ type: "variant.ready", data: { asset_id: body.asset_id } });
  entry.files = files;
  entry.polled = true;
  entry.over = Boolean(ended);
  return events;
}

/** Seconds from a moment (in milliseconds) to a time that was told, at least one; null where none was. */
const secondsTo = (time, now) => (time ? Math.max(1, Math.round((Date.parse(time) - now) / 1000)) : null);

function uploadEvents(body, entry) {
  const type = entry.polled ? "upload.progress" : "snapshot";
  entry.polled = true;
  entry.over = body.status === "completed" || body.status === "failed";
  return [{ type, data: body }];
}

const LOOKS = ["title", "kind", "state", "status", "upload_status", "publication", "visibility"];
const looks = (asset) => JSON.stringify(LOOKS.map((name) => asset[name] ?? null));
const brief = (asset) => ({ asset_id: asset.id, title: asset.title, kind: asset.kind, state: asset.state?.code ?? asset.state });

function assetEvents(body, entry) {
  const now = looks(body);
  const type = entry.polled === undefined ? "snapshot" : "asset.changed";
  const moved = entry.polled !== now;
  entry.polled = now;
  return moved ? [{ type, data: brief(body) }] : [];
}

function libraryEvents(body, entry) {
  const before = entry.polled;
  const found = new Map((body.results ?? []).map((asset) => [asset.id, asset]));
  entry.polled = new Map([...found].map(([id, asset]) => [id, looks(asset)]));
  if (!before) return [{ type: "snapshot", data: {} }];
  return [...found].filter(([id, asset]) => before.get(id) !== looks(asset)).map(([, asset]) => ({ type: "asset.changed", data: brief(asset) }));
}

function bellEvents(body, entry) {
  const moved = entry.polled !== body.unread;
  const type = entry.polled === undefined ? "snapshot" : "notification.new";
  entry.polled = body.unread;
  return moved ? [{ type, data: { unread: body.unread } }] : [];
}

/**
 * What has come and what stands otherwise among the most urgent cases. Of one that has left them nothing is known but that:
 * decided on, or behind the others; its event says no more than which one it is.
 */
function caseEvents(body, entry) {
  const before = entry.polled;
  const cases = (body.results ?? []).map(({ id, asset_id, status, queue, severity, assignee, lease_until }) => ({ case_id: id, asset_id, status, queue, severity, assignee, lease_until }));
  entry.polled = new Map(cases.map((one) => [one.case_id, one]));
  if (!before) return [{ type: "snapshot", data: {} }];
  const stands = ({ status, queue, assignee }) => `${status} ${queue} ${assignee?.id}`;
  const fresh = cases.filter((one) => !before.has(one.case_id)).map((data) => ({ type: "case.opened", data }));
  const moved = cases.filter((one) => before.has(one.case_id) && stands(before.get(one.case_id)) !== stands(one));
  const left = [...before.keys()].filter((id) => !entry.polled.has(id)).map((id) => ({ case_id: id }));
  return [...fresh, ...[...moved, ...left].map((data) => ({ type: "case.changed", data }))];
}
