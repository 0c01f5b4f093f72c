/** The message box: grows, keeps its draft, knows Enter, and sends. */

import { sendPending } from "./pending.js";
import { initUploads, uploadsOf } from "./uploads.js";
import { announce, currentKey, post, showError, wordsOf } from "./ui.js";

const DRAFT_DELAY = 300;
let draftTimer = 0;
const TOUCH = matchMedia("(pointer: coarse)");

export function initComposer(form) {
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "true";
  const box = form.elements.content;
  // This form is ours: htmx and the plain POST are for pages without this script.
  form.removeAttribute("hx-post");
  globalThis.htmx.process(form);
  restoreDraft(box);
  initUploads(form);
  box.addEventListener("input", () => {
    grow(box);
    clearTimeout(draftTimer);
    // By then another session may be open.
    const key = draftKey();
    draftTimer = setTimeout(() => saveDraft(box.value, key), DRAFT_DELAY);
  });
  box.addEventListener("keydown", (event) => onKey(event, form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form, box);
  });
  grow(box);
}

/** Texts for the box: a starter, an own message once more, the name of a file. */
function onClick({ target }) {
  const source = target.closest("[data-starter], [data-action=edit-message], [data-insert-text]");
  const box = document.getElementById("message");
  if (!source || !box) return;
  const { starter, insertText } = source.dataset;
  // On a phone the panel, where the files are, lies over the box.
  if (innerWidth < 700) document.getElementById("panel")?.hidePopover();
  if (insertText) box.setRangeText(insertText, box.selectionStart, box.selectionEnd, "end");
  else box.value = starter ?? source.closest(".event").querySelector(".bubble").textContent;
  box.dispatchEvent(new Event("input"));
  box.focus();
}

document.addEventListener("click", onClick);

function onKey(event, form) {
  // While an input method composes, Enter chooses a word.
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  const swaps = document.documentElement.dataset.enter === "newline" || TOUCH.matches;
  const wants = swaps ? event.ctrlKey || event.metaKey : !event.shiftKey;
  if (!wants || event.altKey) return;
  event.preventDefault();
  form.requestSubmit();
}

/** Send what is in the box into the answer that is being made. Nothing to do elsewhere. */
export function sendNow() {
  const box = document.activeElement;
  if (box.id !== "message") return false;
  submit(box.form, box, true);
  return true;
}

async function submit(form, box, steers = false) {
  const content = box.value;
  const limit = Number(form.dataset.maxChars);
  if (form.ariaBusy) return;
  if (!content.trim() && !uploadsOf(form).count) return box.focus();
  if (content.length > limit) return showError(`At most ${limit} characters: send it as a file.`);
  clearTimeout(draftTimer);
  if (currentKey()) await sendInSession(form, box, steers);
  else await startSession(form, box, content);
}

async function sendInSession(form, box, steers) {
  // Another session may be open by the time the files are ready.
  const key = draftKey();
  const log = document.getElementById("live").parentElement;
  saveDraft(box.value, key);
  const uploads = uploadsOf(form);
  if (uploads.isBusy) announce("Sending when the files are ready");
  form.ariaBusy = "true";
  await uploads.settled();
  form.ariaBusy = null;
  const content = box.value;
  if (!content.trim()) return uploads.announce();
  clear(box);
  const message = { content, client_id: crypto.randomUUID(), ...(steers && { steers: "on" }) };
  const taken = await sendPending(log, form.getAttribute("action"), message);
  if (taken) {
    uploads.clear();
    saveDraft("", key);
    announce("Message sent");
  } else if (!box.value) {
    saveDraft(content, key);
  }
}

/** The first message makes the session; files that wait go into it. */
async function startSession(form, box, content) {
  const draft = draftKey();
  saveDraft(content, draft);
  const uploads = uploadsOf(form);
  const values = new FormData(form);
  values.delete("files");
  values.set("content", uploads.count ? "" : content);
  values.set("client_id", crypto.randomUUID());
  if (uploads.count) values.set("create", "empty");
  form.ariaBusy = "true";
  try {
    const response = await post(form.getAttribute("action"), values);
    if (!response.ok) return showError(await wordsOf(response));
    const { key, url } = await response.json();
    saveDraft("", draft);
    const waiting = uploads.take();
    await globalThis.htmx.ajax("GET", url, { target: "#main", swap: "innerHTML" });
    // Where the page did not come, sending again would only make one session more.
    if (currentKey() !== key) return location.assign(url);
    history.pushState({ htmx: true }, "", url);
    document.dispatchEvent(new CustomEvent("sidebar-changed"));
    if (waiting.length) continueWith(waiting, content);
  } catch {
    showError("The server cannot be reached. Your text is kept.");
  } finally {
    form.ariaBusy = null;
  }
}

function continueWith(files, content) {
  const form = document.getElementById("composer");
  uploadsOf(form).add(files);
  form.elements.content.value = content;
  saveDraft(content);
  if (content.trim()) form.requestSubmit();
}

function clear(box) {
  box.value = "";
  grow(box);
  box.focus();
}

function grow(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.blockSize = "auto";
  box.style.blockSize = `${Math.min(box.scrollHeight, innerHeight * 0.4)}px`;
}

const draftKey = () => `draft:${currentKey() ?? "new"}`;

function saveDraft(text, key = draftKey()) {
  if (text.trim()) localStorage.setItem(key, text);
  else localStorage.removeItem(key);
}

function restoreDraft(box) {
  const draft = localStorage.getItem(draftKey());
  if (!draft || box.value) return;
  box.value = draft;
  announce("Draft restored");
}

/** Nothing that was typed stays behind in a browser that others use. */
export function forgetDrafts() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("draft:")) localStorage.removeItem(key);
  }
}
