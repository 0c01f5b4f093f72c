/** What every page uses: announcements, notices, copying, menus, and requests of our own. */

let lastSaid = 0;
let timer = 0;

export const csrfToken = () =>
  JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];

/** The key of the session that is open on the page, if one is. */
export const currentKey = () => document.getElementById("session")?.dataset.sessionKey;

/** POST a form's worth of values. The answer is a Response; a refusal is not an exception. */
export function post(url, values = {}) {
  const body = values instanceof FormData ? values : new URLSearchParams(values);
  const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" };
  return fetch(url, { method: "POST", body, headers });
}

/** The words of a refusal, which is sent as a small fragment. */
export const wordsOf = async (response) => textOf(await response.text());

export function textOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.textContent.trim().replace(/\s+/g, " ") || "The server refused that.";
}

/** Tell screen readers, one sentence in 1.5 s; a newer one replaces an older one. */
export function announce(sentence) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    lastSaid = Date.now();
    document.getElementById("status").textContent = sentence;
  }, lastSaid + 1500 - Date.now());
}

/** Something needs attention: said aloud, and shown for a while. */
export function showError(html, signIn = false) {
  const text = textOf(html);
  document.getElementById("alert").textContent = text;
  const box = document.createElement("div");
  box.className = "toast toast--error";
  box.innerHTML = "<span></span>";
  box.firstChild.textContent = text;
  if (signIn) {
    const next = encodeURIComponent(location.pathname);
    box.innerHTML += `<a class="toast__action" href="/accounts/login/?next=${next}">Sign in</a>`;
  }
  document.getElementById("toasts").append(box);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce("Copied");
}

function copyFor(button) {
  copy(textToCopy(button));
  button.classList.add("is-done");
  setTimeout(() => button.classList.remove("is-done"), 1200);
}

function textToCopy(button) {
  if ("copyText" in button.dataset) return button.dataset.copyText;
  const scope = button.closest(".event, .code") ?? document;
  const selector = button.dataset.copyFrom || "code";
  return (scope.querySelector(selector) ?? scope).textContent;
}

/** A popover opens beside its button, inside the window. */
function placeMenu(event) {
  const menu = event.target;
  if (event.newState !== "open" || !menu.classList?.contains("menu")) return;
  const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  if (!opener) return;
  const at = opener.getBoundingClientRect();
  requestAnimationFrame(() => {
    const { offsetWidth: width, offsetHeight: height } = menu;
    const under = at.bottom + 4 + height <= innerHeight;
    menu.style.insetBlockStart = `${under ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
    menu.style.insetInlineStart = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    menu.querySelector(".menu__item")?.focus();
  });
}

/** Arrows walk through a menu, or through what a search found. */
function onArrow(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const box = event.target.closest?.(".menu, #search-dialog");
  if (!step || !box) return;
  event.preventDefault();
  const stops = [...box.querySelectorAll(".menu__item, .result, .dialog__search")];
  stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
}

export function initUi() {
  document.addEventListener("click", onClick);
  document.addEventListener("toggle", placeMenu, true);
  document.addEventListener("keydown", onArrow);
  document.addEventListener("input", ({ target }) => {
    if (target.dataset?.filters) filter(target);
  });
  // The style sheet says how long a notice stays.
  document.addEventListener("animationend", ({ target, animationName }) => {
    if (animationName === "leave") target.remove();
  });
}

function onClick({ target }) {
  const copier = target.closest("[data-copy-text], [data-copy-from], [data-copy]");
  if (copier) copyFor(copier);
  target.closest(".menu__item")?.closest("[popover]").hidePopover();
  const wrapped = target.closest("[data-wrap]")?.closest(".code, .box").querySelector("pre");
  wrapped?.toggleAttribute("data-wrapped");
  target.closest("[data-action=dismiss-feedback]")?.closest(".feedback").remove();
  target.closest(".toast__action")?.parentElement.toggleAttribute("hidden", true);
  const thumb = target.closest("[data-thumb]");
  if (thumb) press(thumb);
}

/** A thumb stays pressed; the other one does not. */
function press(thumb) {
  const isPressed = thumb.getAttribute("aria-pressed") === "true";
  for (const other of thumb.closest(".event__foot").querySelectorAll("[data-thumb]")) {
    other.setAttribute("aria-pressed", String(other === thumb && !isPressed));
  }
}

function filter({ value, dataset }) {
  const words = value.toLowerCase();
  for (const row of document.querySelectorAll(dataset.filters)) {
    row.hidden = !row.textContent.toLowerCase().includes(words);
  }
}
