/** Opening a moderation case of what is alike to a protected work, or to anything else; the match is its evidence. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

/** The policy of what belongs to somebody else. */
const POLICY = "known-works";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-open-case]");
  if (!button) return;
  button.disabled = true;
  try {
    const sent = { asset_id: button.dataset.openCase, policy: POLICY, match_id: button.dataset.match };
    const made = await call("POST", "/api/v1/moderation/cases/", sent);
    location.assign(`/review/cases/${made.id}/`);
  } catch (problem) {
    toast(problem.message || t("noAnswer"));
    button.disabled = false;
  }
});
