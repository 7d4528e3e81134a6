/** The library's menus as assistive technology is to read them: it says of some that they hold what no menu may hold. */

import { t } from "./words.js";

const BACK = ".shaka-back-to-overflow-button";

/** What a menu is about, as the line at its top says. */
const titleOf = (menu) => menu.querySelector(`${BACK} span`)?.textContent ?? "";

/** A box of buttons and sliders that a button shows: it is no menu, whose entries could be nothing but entries. */
function boxOf(element, opener, name) {
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", name);
  opener?.removeAttribute("aria-haspopup"); // it would tell of a menu
}

/** The speed: two buttons, a slider, and the speeds to choose from, of which one holds. */
function nameSpeeds(menu, opener) {
  const name = titleOf(menu);
  boxOf(menu, opener, name);
  const [slower, faster] = menu.querySelectorAll(".shaka-playback-rate-step-btn");
  slower?.setAttribute("aria-label", t("player.slower"));
  faster?.setAttribute("aria-label", t("player.faster"));
  menu.querySelector("input[type='range']")?.setAttribute("aria-label", name);
  const speeds = menu.querySelector(".shaka-playback-rate-presets");
  speeds?.setAttribute("role", "radiogroup");
  speeds?.setAttribute("aria-label", name);
  for (const speed of speeds?.children ?? []) {
    speed.setAttribute("role", "radio");
    // As the page's language writes it, not the browser's.
    speed.textContent = speed.dataset.rate.replace(".", t("decimal"));
  }
}

/** Say of each menu within a screen what it is. The library builds and names them anew when anything in them changes. */
export function nameMenus(screen) {
  const opener = screen.querySelector(".shaka-overflow-menu-button");
  const name = opener?.getAttribute("aria-label") ?? "";
  for (const box of screen.querySelectorAll(".shaka-overflow-menu, .shaka-context-menu")) {
    boxOf(box, opener, name);
    // Each entry says in words what it is and how it stands; its name would leave that out.
    for (const entry of box.querySelectorAll(":scope > button")) entry.removeAttribute("aria-label");
  }
  for (const menu of screen.querySelectorAll(".shaka-playback-rates")) nameSpeeds(menu, screen.querySelector(".shaka-playbackrate-button"));
  for (const back of screen.querySelectorAll(BACK)) {
    // Its name says where it leads, its word what stands beneath it: it has to say both.
    if (!back.ariaLabel?.includes(back.textContent)) back.ariaLabel = `${back.textContent}: ${back.ariaLabel}`;
    if (back.parentElement.getAttribute("role") === "menu") back.setAttribute("role", "menuitem");
  }
  for (const off of screen.querySelectorAll(".shaka-turn-captions-off-button:not([role])")) {
    off.setAttribute("role", "menuitemradio");
    off.setAttribute("aria-checked", "false");
  }
  for (const menu of screen.querySelectorAll("[role='menu']")) menu.setAttribute("aria-label", titleOf(menu));
}
