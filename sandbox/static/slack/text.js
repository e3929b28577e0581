// Draws the trees of sandbox/slack/mrkdwn.py.

import { data, h, locale, me, t } from "./dom.js";

const TAGS = { p: "p", quote: "blockquote", pre: "pre", ul: "ul", ol: "ol", li: "li", b: "strong", i: "em", s: "s", code: "code", h: "h4" };

export function drawn(nodes) {
  return (nodes ?? []).map(node);
}

function node(said) {
  if (typeof said === "string") return document.createTextNode(said);
  const inner = () => drawn(said.c);
  if (said.t in TAGS) return h(TAGS[said.t], {}, inner());
  switch (said.t) {
    case "a": {
      const away = said.href.startsWith(location.origin) ? {} : { rel: "noopener noreferrer" };
      return h("a", { href: said.href, target: "_blank", ...away }, inner());
    }
    case "user":
      return h("span", { class: said.id === me.id ? "mention self" : "mention", data: { user: said.id } }, inner());
    case "channel":
      return data.channels.some((channel) => channel.id === said.id)
        ? h("a", { class: "mention", href: `#/c/${said.id}` }, inner())
        : h("span", { class: "mention" }, inner());
    case "broadcast":
      return h("span", { class: "mention self" }, inner());
    case "emoji":
      return h("span", { class: "emoji", role: "img", "aria-label": said.name, title: `:${said.name}:` }, said.text);
    case "date": {
      const time = h("time", { class: "token", datetime: new Date(said.at * 1000).toISOString(), data: { shape: said.shape, at: said.at } });
      time.textContent = dated(said.at, said.shape);
      time.title = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" }).format(said.at * 1000);
      return said.href ? h("a", { href: said.href, target: "_blank", rel: "noopener noreferrer" }, time) : time;
    }
    default:
      return h("span", {}, inner());
  }
}

const format = (at, shape) => new Intl.DateTimeFormat(locale, shape).format(at * 1000);
const HOUR = { hour: "2-digit", minute: "2-digit" };
const day = (at) => new Date(at * 1000).toDateString();

export function clock(at) {
  return format(at, HOUR);
}

// "today", "yesterday", or the date in `shape`; the first letter as it is written inside a sentence.
function pretty(at, shape) {
  const now = Date.now() / 1000;
  const word = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (day(at) === day(now)) return word.format(0, "day");
  if (day(at) === day(now - 86400)) return word.format(-1, "day");
  return format(at, shape);
}

export function dayName(at) {
  const said = pretty(at, { weekday: "long", day: "numeric", month: "long" });
  return said[0].toLocaleUpperCase(locale) + said.slice(1);
}

export function ago(at) {
  const seconds = at - Date.now() / 1000;
  if (Math.abs(seconds) < 45) return t("just now");
  const word = new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" });
  for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= length || unit === "minute") return word.format(Math.round(seconds / length), unit);
  }
}

const TOKENS = {
  date_num: (at) => new Date(at * 1000).toLocaleDateString("sv"),
  date_slash: (at) => format(at, { day: "2-digit", month: "2-digit", year: "numeric" }),
  date: (at) => format(at, { day: "numeric", month: "long", year: "numeric" }),
  date_short: (at) => format(at, { day: "numeric", month: "short", year: "numeric" }),
  date_long: (at) => format(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  date_pretty: (at) => pretty(at, { day: "numeric", month: "long", year: "numeric" }),
  date_short_pretty: (at) => pretty(at, { day: "numeric", month: "short", year: "numeric" }),
  date_long_pretty: (at) => pretty(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  time: (at) => format(at, HOUR),
  time_secs: (at) => format(at, { ...HOUR, second: "2-digit" }),
  ago,
};

function dated(at, shape) {
  return shape.replace(/\{(\w+)\}/g, (whole, name) => TOKENS[name]?.(at) ?? whole);
}

setInterval(() => {
  for (const time of document.querySelectorAll("time.token")) {
    const said = dated(Number(time.dataset.at), time.dataset.shape);
    if (time.textContent !== said) time.textContent = said;
  }
}, 10_000);
