/** Files on their way: dropped, pasted or chosen; each with its progress, three at a time. */

import { announce, csrfToken, post, textOf } from "./ui.js";

const PARALLEL = 3;
const STALLED = 30000;
const MANY = 20;

export const uploadsOf = (form) => form.uploads;

export function initUploads(form) {
  const uploads = (form.uploads = new Uploads(form));
  form.elements.files.addEventListener("change", ({ target }) => {
    uploads.add([...target.files]);
    target.value = "";
  });
  form.elements.content.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length) event.preventDefault();
    uploads.add(files);
  });
}

/** Drop anywhere; the outline says where it goes. Attached once for the page's life. */
export function initDropping() {
  let depth = 0;
  const zone = () => document.getElementById("drop-zone");
  const show = (isOver) => zone()?.toggleAttribute("data-active", isOver);
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragenter", (event) => holdsFiles(event) && ++depth && show(true));
  addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  addEventListener("dragleave", (event) => holdsFiles(event) && --depth <= 0 && show(false));
  addEventListener("keydown", ({ key }) => key === "Escape" && show((depth = 0) > 0));
  addEventListener("drop", async (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    show((depth = 0) > 0);
    const form = document.getElementById("composer");
    if (form) uploadsOf(form).add(await filesOf(event.dataTransfer));
  });
}

class Uploads {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("#chips");
    this.items = [];
    this.list.addEventListener("click", (event) => this.onClick(event));
  }

  get url() {
    return this.form.dataset.uploadUrl;
  }

  get count() {
    return this.items.filter(({ state }) => state !== "refused").length;
  }

  get isBusy() {
    return this.items.some(({ state }) => state === "queued" || state === "uploading");
  }

  add(files) {
    if (files.length > MANY && !confirm(`Add ${files.length} files?`)) return;
    const before = this.items.length;
    for (const file of files) this.items.push(this.newItem(file));
    const refused = this.items.slice(before).filter(({ state }) => state === "refused").length;
    const words = refused ? `, ${refused} refused` : "";
    if (files.length) announce(`${files.length - refused} files added${words}`);
    this.next();
  }

  newItem(file) {
    const chip = document.getElementById("chip").content.firstElementChild.cloneNode(true);
    const item = { file, chip, state: "queued", clientId: crypto.randomUUID() };
    chip.querySelector(".chip__name").textContent = file.name;
    chip.title = file.name;
    this.list.append(chip);
    const refusal = this.refusalOf(file);
    this.show(item, refusal ? "refused" : "queued", refusal);
    return item;
  }

  refusalOf(file) {
    const limit = Number(this.form.dataset.maxBytes);
    if (!file.size) return "The file is empty";
    if (limit && file.size > limit) return `Over ${Math.round(limit / 2 ** 20)} MB`;
    return "";
  }

  next() {
    if (!this.url) return;
    const running = this.items.filter(({ state }) => state === "uploading").length;
    const waiting = this.items.filter(({ state }) => state === "queued");
    for (const item of waiting.slice(0, PARALLEL - running)) this.upload(item);
    if (!this.isBusy) {
      for (const done of this.onSettled ?? []) done();
      this.onSettled = [];
      if (!this.form.ariaBusy) this.announce();
    }
  }

  upload(item) {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set("files", item.file);
    body.set("client_id", item.clientId);
    item.request = request;
    this.show(item, "uploading", 0);
    let stalled;
    const wait = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED);
    };
    wait();
    request.upload.onprogress = ({ loaded, total }) => {
      wait();
      this.show(item, "uploading", Math.round((loaded / total) * 100));
    };
    request.onloadend = () => {
      clearTimeout(stalled);
      this.ended(item, request);
      this.next();
    };
    request.open("POST", this.url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(body);
  }

  ended(item, request) {
    if (!this.items.includes(item)) return;
    if (request.status === 201) return this.show(item, "ready");
    if (request.status === 0) return this.show(item, "failed", "Broken off");
    if (request.status === 413) return this.show(item, "refused", "The file is too large");
    const words = textOf(request.responseText);
    const isFinal = request.status >= 400 && request.status < 500 && request.status !== 429;
    this.show(item, isFinal ? "refused" : "failed", words);
  }

  /** `why` is the reason of a failure, or how many percent are up. */
  show(item, state, why = "") {
    const { chip } = item;
    const label = chip.querySelector(".chip__state");
    const isChecking = state === "uploading" && why === 100;
    const words = label.dataset[isChecking ? "checking" : state];
    item.state = state;
    chip.dataset.state = state;
    label.textContent = words.replace("{n}", why).replace("{why}", why);
    chip.querySelector("[data-action=retry-chip]").hidden = state !== "failed";
    chip.querySelector("progress").value = Number(why) || 0;
  }

  onClick({ target }) {
    const chip = target.closest(".chip");
    const item = this.items.find((other) => other.chip === chip);
    // A chip the server made is a file of before; its own button takes it away.
    if (!item) return void (target.closest("[data-action=remove-chip]") && chip.remove());
    if (target.closest("[data-action=retry-chip]")) {
      this.show(item, "queued", "");
      this.next();
    } else if (target.closest("[data-action=remove-chip]")) {
      this.remove(item);
    }
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    item.request?.abort();
    item.chip.remove();
    this.next();
  }

  settled() {
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => (this.onSettled ??= []).push(resolve));
  }

  /** The batch is complete: one event tells of it. */
  announce() {
    if (!this.items.some(({ state }) => state === "ready")) return;
    post(`${this.url}/announce`);
    this.clear();
  }

  clear() {
    for (const item of this.items) if (item.state === "ready") item.chip.remove();
    this.items = this.items.filter(({ state }) => state !== "ready");
  }

  /** Files of a session that is only now being made. */
  take() {
    const files = this.items.filter(({ state }) => state === "queued").map(({ file }) => file);
    this.items = [];
    return files;
  }
}

/** Files of a drop; folders are opened. */
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const files = [];
  for (const entry of entries) await collect(entry, files);
  return files;
}

async function collect(entry, files) {
  if (entry.isFile) return files.push(await new Promise((done, fail) => entry.file(done, fail)));
  const reader = entry.createReader();
  for (;;) {
    const children = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!children.length) return;
    for (const child of children) await collect(child, files);
  }
}
