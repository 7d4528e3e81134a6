/** News from the portal by websocket: one connection for the page, opened with the first topic. */

const handlers = new Map();
let socket = null;
let wait = 500;

/** Hear of a topic; returns what ends it. */
export function subscribe(topic, handler) {
  const heard = handlers.get(topic) ?? new Set();
  handlers.set(topic, heard.add(handler));
  if (socket?.readyState === WebSocket.OPEN) ask(topic);
  else open();
  return () => heard.delete(handler);
}

const ask = (topic) => socket.send(JSON.stringify({ action: "subscribe", topic }));

function open() {
  if (socket && socket.readyState < WebSocket.CLOSING) return;
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/v1/events/`);
  socket.addEventListener("open", () => {
    wait = 500;
    for (const topic of handlers.keys()) ask(topic);
  });
  socket.addEventListener("message", (message) => {
    const event = JSON.parse(message.data);
    for (const handler of handlers.get(event.topic) ?? []) handler(event);
  });
  socket.addEventListener("close", () => {
    setTimeout(open, wait);
    wait = Math.min(wait * 2, 15000);
  });
}
