/** Attaches behaviour to the page, and again to whatever htmx puts into it. */

import { initComposer } from "./composer.js";
import { initKeys } from "./keys.js";
import { initPanel } from "./panel.js";
import { openSession } from "./session.js";
import { initSidebar } from "./sidebar.js";
import { tellTimes } from "./times.js";
import { initUi, showError } from "./ui.js";

function attach() {
  openSession(document.getElementById("session"));
  initComposer(document.getElementById("composer"));
  initPanel(document.getElementById("panel"));
}

initUi();
initSidebar();
initKeys();
attach();
tellTimes();
setInterval(tellTimes, 60_000);

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  tellTimes();
  if (detail.target.id !== "main") return;
  attach();
  document.querySelector("#main h1")?.focus({ preventScroll: true });
});

// Fragments that say what went wrong are shown where everybody looks.
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status, responseText } = detail.xhr;
  if (status === 401 || status === 403) return void showError("Your login has expired.", true);
  showError(responseText);
});
document.addEventListener("htmx:sendError", () => showError("The server cannot be reached."));
