// Entries become elements. The one rule: text enters the page as text (textContent), never as HTML.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function safe(url) {
  try {
    return ["http:", "https:", "mailto:", "tel:"].includes(new URL(url, location.href).protocol);
  } catch {
    return false;
  }
}

function link(url, attributes, ...children) {
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children);
}

// French puts a space before some signs; it must not begin a line with them.
const glued = (text) => text.replace(/ ([?!:;»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");

function inline([kind, said, url]) {
  const text = glued(said);
  if (kind === "bold") return element("strong", {}, text);
  if (kind === "italic") return element("em", {}, text);
  if (kind === "link" && safe(url)) return link(url, {}, text);
  return text;
}

function block(node) {
  if (node.p) return element("p", {}, ...node.p.map(inline));
  const items = node.list.map((item) => element("li", {}, ...item.map(inline)));
  return element(node.numbered ? "ol" : "ul", {}, ...items);
}

function picture(image, phrases) {
  const size = image.width ? { width: image.width, height: image.height } : {};
  const words = element("details", {}, element("summary", {}, phrases.in_words), element("p", {}, image.alt));
  return element("figure", {}, element("img", { src: image.src, alt: image.alt, ...size }), words);
}

function choice(button) {
  const look = button.main ? "choice main" : button.quiet ? "choice quiet" : "choice";
  if (button.url && safe(button.url)) return link(button.url, { class: look }, button.label);
  const pressed = button.chosen ? { "aria-pressed": "true" } : {};
  // A chosen label may bring the tick that plain messengers need; here the button shows its own.
  const label = button.chosen ? button.label.replace(/^[✔✓☑✅]\ufe0f?\s*/u, "") : button.label;
  return element("button", { type: "button", class: look, "data-press": button.data, ...pressed }, label);
}

function shape(row) {
  if (row.length === 1) return "row";
  return row.every((button) => button.label.length < 3) ? "row many short" : "row many";
}

function choices(rows, labelledBy) {
  const lines = rows.map((row) => element("div", { class: shape(row) }, ...row.map(choice)));
  return element("div", { class: "choices", role: "group", "aria-labelledby": labelledBy }, ...lines);
}

// Fill the turn of a message, new or edited.
export function fillMessage(turn, entry, phrases) {
  const id = `${turn.id}-text`;
  const bubble = element("div", { class: "bubble", id, tabindex: "-1" });
  bubble.append(element("span", { class: "sr" }, phrases.bot, " "), ...entry.body.map(block));
  if (entry.image) bubble.append(picture(entry.image, phrases));
  turn.replaceChildren(bubble);
  if (entry.rows.length) turn.append(choices(entry.rows, id));
}

// What the person said, showed or where they are.
export function fillMine(turn, entry, phrases) {
  const bubble = element("div", { class: "bubble" }, element("span", { class: "sr" }, phrases.you, " "));
  if (entry.image) {
    const { src, width, height } = entry.image;
    const size = width ? { width, height } : {};
    bubble.append(element("figure", {}, element("img", { src, alt: phrases.my_photo, ...size })));
  } else if (entry.spot) bubble.append(`${phrases.my_place} (${entry.spot.replace(",", ", ")})`);
  else bubble.append(entry.text);
  turn.replaceChildren(bubble);
}

export function mineTurn(entry, phrases) {
  const turn = element("div", { class: "turn mine", "data-key": entry.key });
  fillMine(turn, entry, phrases);
  return turn;
}

export function divider(entry, title) {
  return element("p", { class: "divider", "data-key": entry.key }, element("span", {}, title));
}

export function dayLine(at, phrases, lang) {
  const day = new Date(at);
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const ago = Math.round((midnight(new Date()) - midnight(day)) / 86400000);
  const far = () => new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "long" }).format(day);
  const text = ago === 0 ? phrases.today : ago === 1 ? phrases.yesterday : far();
  return element("p", { class: "day" }, text);
}
