/** Images: fitted to the page, or looked at closely by wheel, buttons, keys and dragging. */

import { askPlayback, isPlayable, isRefusal } from "./playback.js";
import { percent, t } from "./words.js";

const STEP = 1.4;

/**
 * Start the picture of a stage; returns `stop`, which ends it, and `check`, which asks whether it may still be shown: otherwise it
 * is taken away at once, and the server says what there is instead.
 */
export function startPicture(stage) {
  const root = stage.querySelector("[data-picture]");
  const room = root.querySelector(".picture-room");
  const image = room.querySelector("img");
  const word = root.querySelector("[data-zoom-word]");
  const own = Number(root.dataset.width) || image.naturalWidth || 1;
  const high = Number(root.dataset.height) || image.naturalHeight || 1;
  /** 0 fits the page; otherwise the share of the picture's own size. */
  let zoom = 0;

  const fitted = () => Math.min(room.clientWidth / own, room.clientHeight / high, 1);

  function show(next, at) {
    const before = zoom || fitted();
    const beside = at ?? { x: room.clientWidth / 2, y: room.clientHeight / 2 };
    const x = (room.scrollLeft + beside.x) / before;
    const y = (room.scrollTop + beside.y) / before;
    zoom = next <= fitted() * 1.02 ? 0 : Math.min(next, 8);
    root.classList.toggle("zoomed", zoom > 0);
    word.textContent = zoom ? percent(Math.round(zoom * 100)) : t("fit");
    if (zoom) {
      root.style.setProperty("--zoomed", `${Math.round(own * zoom)}px`);
      if (root.dataset.original && image.dataset.full !== "1") {
        image.dataset.full = "1";
        image.src = root.dataset.original;
      }
      room.scrollLeft = x * zoom - beside.x;
      room.scrollTop = y * zoom - beside.y;
    }
  }

  root.addEventListener("click", (event) => {
    const act = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (act === "in") show((zoom || fitted()) * STEP);
    else if (act === "out") show((zoom || fitted()) / STEP);
    else if (act === "fit") show(0);
  });
  room.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") show((zoom || fitted()) * STEP);
    else if (event.key === "-") show((zoom || fitted()) / STEP);
    else if (event.key === "0") show(0);
    else return;
    event.preventDefault();
  });
  room.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = room.getBoundingClientRect();
    show((zoom || fitted()) * (event.deltaY < 0 ? 1.15 : 1 / 1.15), { x: event.clientX - box.left, y: event.clientY - box.top });
  }, { passive: false });

  let held = null;
  room.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY, left: room.scrollLeft, top: room.scrollTop, moved: false };
    if (zoom) room.setPointerCapture(event.pointerId);
  });
  room.addEventListener("pointermove", (event) => {
    if (!held || !zoom) return;
    held.moved ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > 4;
    room.scrollLeft = held.left - (event.clientX - held.x);
    room.scrollTop = held.top - (event.clientY - held.y);
  });
  room.addEventListener("pointerup", (event) => {
    const box = room.getBoundingClientRect();
    if (held && !held.moved) show(zoom ? 0 : Math.max(1, fitted() * 2), { x: event.clientX - box.left, y: event.clientY - box.top });
    held = null;
  });
  async function check() {
    try {
      if (isPlayable(await askPlayback(stage))) return;
    } catch (error) {
      if (!isRefusal(error)) return;
    }
    image.remove();
    location.reload();
  }
  return { stop: () => {}, check };
}
