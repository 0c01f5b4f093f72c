/** The side panel: files and details. It opens when something is put into it, and stays so. */

const REMEMBERED = "panel";

export function initPanel(panel) {
  if (!panel || panel.dataset.ready) return;
  panel.dataset.ready = "true";
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState === "closed") sessionStorage.removeItem(REMEMBERED);
  });
  const remembered = sessionStorage.getItem(REMEMBERED);
  if (remembered && matchMedia("(min-width: 1100px)").matches) {
    // htmx may not have seen these links yet: they would lead away from the page.
    globalThis.htmx.process(panel);
    panel.querySelector(`[data-tab="${remembered}"]`)?.click();
  }
}

function show(name) {
  const panel = document.getElementById("panel");
  if (!panel.matches(":popover-open")) panel.showPopover();
  sessionStorage.setItem(REMEMBERED, name);
  for (const tab of panel.querySelectorAll("[data-tab]")) {
    tab.ariaCurrent = tab.dataset.tab === name || null;
  }
}

export function togglePanel() {
  const panel = document.getElementById("panel");
  if (!panel) return false;
  if (panel.matches(":popover-open")) {
    panel.hidePopover();
    return void document.querySelector(".session__files")?.focus();
  }
  const tab = panel.querySelector("[data-tab]");
  tab.click();
  tab.focus();
}

document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-opens-panel], [data-tab]");
  if (opener) show(opener.dataset.opensPanel ?? opener.dataset.tab);
});
