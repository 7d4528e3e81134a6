/** Keys that act without a text field: which letter a key is, and where it must not act. */

import { remember, remembered } from "./memory.js";

/** Where a key writes or chooses a letter of its own. */
export const WRITING = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable='true']";
const kept = "portal.keys";

/** Whether single keys act on this device; a person may switch them off. */
export const singleKeys = () => remembered(kept) !== "off";
export const keepSingleKeys = (on) => remember(kept, on ? "on" : "off");

/** The Latin letter, digit or sign of a key, whatever script the keyboard writes; a capital one only with Shift. */
export function letter(event) {
  if (/^[A-Za-z]$/.test(event.key)) return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
  if (/^[\x20-\x7e]$/.test(event.key)) return event.key;
  const sign = { Slash: "/?", Comma: ",<", Period: ".>" }[event.code];
  if (sign) return sign[Number(event.shiftKey)];
  if (event.code.startsWith("Digit") && !event.shiftKey) return event.code.slice(5);
  return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
}
