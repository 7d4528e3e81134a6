/** The number on the bell. */

import { subscribe } from "./live.js";

subscribe("me", (event) => {
  const count = document.getElementById("bell-count");
  const unread = event.data?.unread;
  if (!count || typeof unread !== "number") return;
  count.textContent = String(unread);
  count.hidden = unread === 0;
});
