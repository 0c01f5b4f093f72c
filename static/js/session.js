/** An open session: what comes over its line goes to the transcript, the status and the panel. */

import { runStatus } from "./run-status.js";
import { SessionSocket } from "./session-socket.js";
import { sidebarRowChanged } from "./sidebar.js";
import { Transcript } from "./transcript.js";
import { showError } from "./ui.js";

let open = null;

export function openSession(element) {
  open?.close();
  open = element && new Session(element);
}

class Session {
  constructor(element) {
    this.element = element;
    this.key = element.dataset.sessionKey;
    this.status = runStatus(element);
    // The page of a new session has a message box, and nothing to watch yet.
    if (!element.dataset.eventsUrl) return;
    this.transcript = new Transcript(element);
    this.showThumbs();
    this.socket = new SessionSocket(this.key, element.dataset.eventsUrl, {
      cursor: () => this.transcript.lastSeq,
      isRunning: () => this.status.isRunning,
      onMessages: (messages) => this.take(messages),
      onState: (words) => this.showConnection(words),
      onGone: () => this.showGone(),
      onLogin: () => showError("Your login has expired.", true),
    });
  }

  showThumbs() {
    for (const [id, value] of Object.entries(JSON.parse(this.element.dataset.thumbs || "{}"))) {
      const thumb = document.getElementById(id)?.querySelector(`[data-thumb="${value}"]`);
      thumb?.setAttribute("aria-pressed", "true");
    }
  }

  close() {
    this.socket?.close();
    this.status.stop();
    this.transcript?.close();
  }

  take(messages) {
    const isWhole = messages.every((message) => this.apply(message));
    this.transcript.settle();
    if (!isWhole) this.socket.reconnect();
  }

  /** False when something before this message is missing. */
  apply(message) {
    switch (message.t) {
      case "ev":
        return this.transcript.addEvent(message);
      case "begin":
      case "b":
      case "d":
      case "th":
        this.transcript.write(message);
        break;
      case "run":
        this.status.show(message);
        if (message.state === "idle") this.transcript.endLive();
        break;
      case "hb":
        return message.seq <= this.transcript.lastSeq;
      case "state":
        this.compare(message);
        break;
      case "row":
        sidebarRowChanged(message.key);
        break;
      case "changed":
        this.refresh(message);
    }
    return true;
  }

  /** What changed between the page's first paint and the line's opening is fetched. */
  compare({ waiting, artifacts, deleted }) {
    const count = Number(this.element.querySelector("#artifact-count")?.textContent || 0);
    if (deleted) this.refresh({ what: "deleted" });
    if (artifacts !== count) this.refresh({ what: "artifacts" });
    if (waiting !== this.element.querySelectorAll("#queue > li").length) {
      this.refresh({ what: "queue" });
    }
  }

  refresh({ what, id }) {
    // What is being edited stays; saving or leaving it fetches the queue anew.
    if (what === "queue" && this.element.querySelector("#queue form")) return;
    // The queue, the list of files and their count wait for these, and fetch themselves anew.
    document.dispatchEvent(new CustomEvent(`${what}-changed`));
    if (what === "session") this.refreshTitle();
    if (what === "deleted") this.showGone();
    if (what === "events" && id) document.getElementById(id)?.remove();
  }

  async refreshTitle() {
    const response = await fetch(`/s/${this.key}/title`);
    if (!response.ok) return;
    const name = await response.text();
    const title = this.element.querySelector("#session-title");
    if (!title.isContentEditable) title.textContent = name;
    document.title = document.title.replace(/^.* · /, `${name} · `);
  }

  showConnection(words) {
    const line = this.element.querySelector("#connection");
    if (!line || line.textContent === words) return;
    line.textContent = words;
    line.hidden = !words;
  }

  showGone() {
    this.socket.close();
    this.showConnection("This session was deleted.");
  }
}
