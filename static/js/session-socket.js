/**
 * Keeps one line open to a session: a socket, or asking every few seconds where sockets are
 * blocked. Whatever breaks, it comes back with its cursor; what it hands on is in order.
 */

const FIRST_WAIT = 250;
const LONGEST_WAIT = 8000;
const OPEN_WITHIN = 5000;
const SILENCE = 25000;
const POLL_RUNNING = 2000;
const POLL_IDLE = 15000;
const RETRY_SOCKET = 30000;
const UNAUTHENTICATED = 4401;
const GONE = 4404;
const OFFLINE = "Offline. Your text is kept.";

export class SessionSocket {
  /** `handlers`: cursor() → seq, isRunning(), onMessages(list), onState(words), onGone(), onLogin(). */
  constructor(key, eventsUrl, handlers) {
    Object.assign(this, { key, eventsUrl, handlers, failures: 0, closed: false });
    this.abort = new AbortController();
    const { signal } = this.abort;
    const onWake = () => document.visibilityState === "visible" && this.checkLife();
    document.addEventListener("visibilitychange", onWake, { signal });
    addEventListener("pageshow", onWake, { signal });
    addEventListener("online", () => this.reconnect(), { signal });
    addEventListener("offline", () => this.cutOff(OFFLINE), { signal });
    this.watchdog = setInterval(() => this.checkLife(), 5000);
    this.connect();
  }

  close() {
    this.closed = true;
    this.abort.abort();
    for (const timer of [this.watchdog, this.polling, this.opening, this.waiting]) {
      clearTimeout(timer);
    }
    this.socket?.close();
  }

  connect() {
    if (this.closed) return;
    clearTimeout(this.waiting);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const url = `${scheme}://${location.host}/ws/s/${this.key}/?after=${this.handlers.cursor()}`;
    const socket = new WebSocket(url);
    this.socket = socket;
    this.opening = setTimeout(() => socket.readyState === 0 && socket.close(), OPEN_WITHIN);
    socket.onopen = () => clearTimeout(this.opening);
    socket.onmessage = ({ data }) => socket === this.socket && this.take(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.socket && this.lost(code);
  }

  take(messages) {
    this.heardAt = Date.now();
    this.failures = 0;
    this.stopPolling();
    this.say("");
    if (messages.some(({ t }) => t === "resync")) return this.reconnect();
    this.handlers.onMessages(messages);
  }

  lost(code) {
    clearTimeout(this.opening);
    if (this.closed) return;
    if (code === UNAUTHENTICATED) return this.end(this.handlers.onLogin);
    if (code === GONE) return this.end(this.handlers.onGone);
    this.failures += 1;
    if (this.failures >= 2) this.startPolling();
    else setTimeout(() => this.failures && !this.polling && this.say("Reconnecting…"), 2000);
    const wait = this.polling
      ? RETRY_SOCKET
      : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.failures);
    this.waiting = setTimeout(() => this.connect(), wait * (0.5 + Math.random() / 2));
  }

  end(handler) {
    this.close();
    handler();
  }

  reconnect() {
    if (this.closed) return;
    const old = this.socket;
    this.socket = null;
    old?.close();
    this.connect();
  }

  /** No sign of life for two and a half heartbeats: the line is dead, whatever the browser says. */
  checkLife() {
    if (this.socket?.readyState === 1 && Date.now() - (this.heardAt ?? Date.now()) > SILENCE) {
      this.heardAt = Date.now();
      this.reconnect();
    }
  }

  startPolling() {
    if (this.polling) return;
    const ask = async () => {
      await this.poll();
      if (this.polling) {
        this.polling = setTimeout(ask, this.handlers.isRunning() ? POLL_RUNNING : POLL_IDLE);
      }
    };
    this.polling = setTimeout(ask, 0);
  }

  stopPolling() {
    clearTimeout(this.polling);
    this.polling = 0;
  }

  async poll() {
    let response = {};
    try {
      response = await fetch(`${this.eventsUrl}?after=${this.handlers.cursor()}`);
    } catch {
      if (!navigator.onLine) return this.cutOff(OFFLINE);
    }
    if (response.status === 401) return this.end(this.handlers.onLogin);
    if (response.status === 404) return this.end(this.handlers.onGone);
    if (!response.ok) return this.cutOff("The server is not answering. Trying again…");
    // It was the server that was away, not sockets that are blocked: it is back, so try one now.
    if (this.isCutOff) this.reconnect();
    this.isCutOff = false;
    this.say("Live updates are blocked by the network, checking every 2 s");
    const messages = await response.json();
    this.handlers.onMessages(messages.filter(({ t }) => t !== "resync"));
  }

  cutOff(words) {
    this.isCutOff = true;
    this.say(words);
  }

  say(words) {
    this.handlers.onState(words);
  }
}
