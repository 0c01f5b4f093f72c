/** Times in the reader's own words, time zone and language. Running this again is harmless. */

const UNITS = Object.entries({ day: 86400, hour: 3600, minute: 60 });
const { lang } = document.documentElement;
const words = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });

/** Keep “2 minutes ago” true. What is younger or much older is as the server said it. */
export function tellTimes() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? [];
    if (unit) time.textContent = words.format(-Math.floor(seconds / size), unit);
  }
}

/** Lines between the days of a transcript, each before the first message (or turn) of its day. */
export function markDays(log, messages = ".event--input-message") {
  let before = null;
  for (const message of log.querySelectorAll(`:scope > ${messages}`)) {
    const time = message.querySelector("time");
    // A message on its way has none yet.
    if (!time) continue;
    const moment = new Date(time.dateTime);
    const day = moment.toDateString();
    if (before && before !== day && !message.previousElementSibling?.matches(".day")) {
      const line = document.createElement("h2");
      line.className = "day";
      line.textContent = nameOf(moment);
      message.before(line);
    }
    before = day;
  }
}

function nameOf(moment) {
  const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(moment) - midnight(new Date())) / 864e5);
  if (days < -1) return new Intl.DateTimeFormat(lang, { dateStyle: "full" }).format(moment);
  const name = words.format(days, "day");
  return name.charAt(0).toLocaleUpperCase(lang) + name.slice(1);
}
