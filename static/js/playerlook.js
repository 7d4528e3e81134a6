/** How the player's controls are arranged. */

import { RATES } from "./playerkeys.js";
import { nameMenus } from "./playermenus.js";
import { grownTime, menuEntry } from "./shaka.js";
import { t } from "./words.js";

const CONTROLS = [
  "play_pause", "mute", "volume", "time_and_duration", "spacer", "captions", "overflow_menu", "fullscreen",
];
const GROWN_CONTROLS = CONTROLS.map((name) => (name === "time_and_duration" ? "grown_time" : name));
const MENU = ["quality", "playback_rate", "chapter", "language", "copy_link", "picture_in_picture"];
const LINK_ICON = "M440-280H280q-83 0-141.5-58.5T80-480q0-83 58.5-141.5T280-680h160v80H280q-50 0-85 35t-35 85q0 50 35 85t85 35h160v80ZM320-440v-80h320v80H320Zm200 160v-80h160q50 0 85-35t35-85q0-50-35-85t-85-35H520v-80h160q83 0 141.5 58.5T880-480q0 83-58.5 141.5T680-280H520Z";

/** No way out of the page: not by the menu, by the browser's own controls, nor when its tab is left. */
const STAYS = {
  overflowMenuButtons: MENU.filter((name) => name !== "picture_in_picture"),
  mediaSession: { enabled: false },
  documentPictureInPicture: { enabled: false },
};

/** Arrange a player's controls over a screen. `stays`: what lies over the film would be missing in a window of its own. */
export function arrange(shaka, overlay, screen, { stays, copyLink }) {
  shaka.ui.Controls.registerElement("grown_time", { create: (parent, controls) => grownTime(shaka, parent, controls) });
  menuEntry(shaka, "copy_link", { label: t("player.copyLink"), icon: LINK_ICON, act: copyLink });
  overlay.configure({
    overflowMenuButtons: MENU,
    contextMenuElements: ["loop"],
    topControlPanelElements: [],
    // Keys act on the whole page: see playerkeys.js.
    enableKeyboardPlaybackControls: false,
    singleClickForPlayAndPause: true,
    playbackRates: RATES,
    playbackRateSliderMax: RATES.at(-1),
    customTrackLabel: (_label, track, type) => (type === "text" ? track.label : ""),
    seekBarColors: { base: "rgba(255,255,255,.28)", buffered: "rgba(255,255,255,.5)", played: "#fff", chapters: "rgba(10,10,10,.85)" },
    ...(stays ? STAYS : {}),
  });
  const controls = overlay.getControls();
  controls.getLocalization().changeLocale([document.documentElement.lang]);
  for (const name of ["uiupdated", "captionselectionupdated", "resolutionselectionupdated"]) {
    controls.addEventListener(name, () => queueMicrotask(() => nameMenus(screen)));
  }
  nameMenus(screen);
}

/** The controls along the lower edge; the time in what grows is told otherwise. */
export const lowerControls = (grows) => (grows ? GROWN_CONTROLS : CONTROLS);
