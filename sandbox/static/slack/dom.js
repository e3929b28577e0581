// Small things every part of the page uses. Foreign text only ever becomes a text node.

export const data = JSON.parse(document.getElementById("desk-data").textContent);
export const me = data.me;
export const language = document.documentElement.lang;
export const locale = { fr: "fr-FR", en: "en-GB" }[language];
export const client = crypto.randomUUID();

export function t(english, values = {}) {
  const said = data.phrases[english] ?? english;
  return said.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// "1 reply" or "3 replies": Intl tells one from many as the language does.
export function plural(one, many, count) {
  const rule = new Intl.PluralRules(language).select(count);
  return t(rule === "one" ? one : many, { count: new Intl.NumberFormat(locale).format(count) });
}

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export function avatar(person, size = "") {
  if (person?.bot) return h("span", { class: `avatar bot ${size}`, "aria-hidden": "true" }, icon("repartie"));
  if (!person) return h("span", { class: `avatar system ${size}`, "aria-hidden": "true" }, icon("info"));
  return h("span", { class: `avatar tone-${person.tone} ${size}`, "aria-hidden": "true" }, person.initials);
}

export async function post(address, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: me.id, client, ...body }),
    });
    return await answer.json();
  } catch {
    return { ok: false, error: "offline" };
  }
}

export const act = (deed, body) => post(`/desk/do/${deed}`, body);

export async function get(address, query) {
  const answer = await fetch(`${address}?${new URLSearchParams({ as: me.id, ...query })}`);
  return answer.ok ? answer.json() : { messages: [] };
}

// What Slack says when the app did not do its part.
export function trouble(answer) {
  if (answer.error === "timeout") return t("The app did not answer within 3 seconds.");
  if (answer.error === "no_app") return t("The app is not connected.");
  if (answer.error === "offline") return t("The workspace does not answer.");
  return t("The app’s answer was refused: {error}", { error: [answer.error, ...(answer.messages ?? [])].join(" · ") });
}
