// The chat page: what arrives is drawn, what is pressed or written is sent.

import { dayLine, divider, element, fillMessage, fillMine, mineTurn } from "./draw.js";
import { newKey, openOutbox } from "./outbox.js";
import { findPlace, openWays, sendPhoto } from "./sharing.js";
import { openStream } from "./stream.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
const phrases = boot.phrases;
const [log, messages, form, text, send, state, hint, toast, newer, camera, album, place, shot, picked] = [
  "log", "messages", "form", "text", "send", "state", "hint", "toast", "newer", "camera", "album", "place", "shot",
  "picked",
].map((id) => document.getElementById(id));
const ways = openWays({ ways: document.getElementById("ways"), camera, album, place });

let filled = false; // the history has arrived
let lastDay = "";
let toastTimer = 0;
let pressed = null; // the last press that was stored, until it is known what became of it

// Scrolling: follow the conversation until the person reads further up. Only a move upwards means that; a smooth
// scroll to the end is on its way for a while without being there. What is longer than the screen is followed only as
// far as its first line stays in sight (`unread` is the first message not yet scrolled past).

let following = true;
let lastTop = 0;
let unread = null;

const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

function follow() {
  const end = log.scrollHeight - log.clientHeight;
  const top = unread ? Math.min(end, unread.offsetTop - 16) : end;
  log.scrollTop = Math.max(log.scrollTop, top);
  newer.hidden = true;
}

function toEnd() {
  following = true;
  unread = null;
  follow();
}

function scrolled() {
  if (atEnd()) {
    following = true;
    unread = null;
  } else if (log.scrollTop < lastTop) following = false;
  lastTop = log.scrollTop;
  if (following) newer.hidden = true;
}

function keepingPlace(change) {
  const end = atEnd();
  change();
  if (!filled) return;
  if (following && (end || unread)) follow();
  else if (!following && !atEnd()) newer.hidden = false;
}

// Drawing.

function byKey(key) {
  return messages.querySelector(`[data-key="${CSS.escape(key)}"]`);
}

function add(turn, at) {
  const day = at ? new Date(at).toDateString() : lastDay;
  if (day !== lastDay) {
    lastDay = day;
    if (day !== new Date().toDateString() || messages.childElementCount) messages.append(dayLine(at, phrases, boot.lang));
  }
  if (filled) turn.classList.add("fresh");
  messages.append(turn);
  // What waits to be stored stays below what is.
  for (const waiting of messages.querySelectorAll("[data-key].early")) messages.append(waiting);
}

function drawMine(entry) {
  const start = /^\/start(?:\s+(\S+))?\s*$/.exec(entry.text);
  if (start) return divider(entry, boot.titles[start[1]] || start[1] || "Palabre");
  return mineTurn(entry.text === "/help" ? { ...entry, text: phrases.help } : entry, phrases);
}

function fate(turn, words) {
  turn.querySelector(".fate")?.remove();
  if (words && turn.classList.contains("turn")) turn.append(element("span", { class: "fate" }, words));
}

function buttonOf(of, data) {
  const turn = of && document.getElementById(`m${of}`);
  return turn && turn.querySelector(`[data-press="${CSS.escape(data)}"]`);
}

// A press that was stored is not yet one that was taken: the tick comes with what the bot says next, and never where it
// only has a remark.
function taken() {
  if (pressed?.button.isConnected) pressed.button.classList.add("picked");
}

function remark(note) {
  show(note.text);
  if (!pressed || pressed.key !== note.key) return;
  pressed.button.classList.remove("picked");
  pressed = null;
}

function redraw(turn, entry) {
  const focused = turn.contains(document.activeElement) ? document.activeElement : null;
  const data = focused?.dataset.press;
  fillMessage(turn, entry, phrases);
  if (!focused) return;
  const same = data && turn.querySelector(`[data-press="${CSS.escape(data)}"]`);
  (same || turn.querySelector(".bubble")).focus({ preventScroll: true });
}

const drawn = {
  message(number, entry) {
    const turn = element("div", { class: "turn bot", id: `m${number}` });
    fillMessage(turn, entry, phrases);
    add(turn, entry.at);
    if (filled && !unread) unread = turn;
    taken();
    ways.seen(String(number), entry.wants);
  },
  edit(_number, entry) {
    ways.seen(entry.of, entry.wants);
    const turn = document.getElementById(`m${entry.of}`);
    if (turn) redraw(turn, entry);
  },
  mine(_number, entry) {
    if (entry.press) {
      const button = buttonOf(entry.of, entry.press);
      const plain = button && !button.hasAttribute("aria-pressed");
      pressed = plain ? { key: entry.key, button } : null;
      return;
    }
    pressed = null;
    const early = byKey(entry.key);
    const turn = early || drawMine(entry);
    if (early && (entry.image || entry.spot)) fillMine(turn, entry, phrases);
    turn.classList.remove("early");
    // Shown is not yet stored: it waits until the server has answered.
    if (!outbox.holds(entry.key)) turn.classList.remove("waiting");
    add(turn, entry.at);
  },
};

// Saying and pressing.

function waitingTurn(item) {
  if (item.body.data) return;
  let turn = byKey(item.key);
  if (!turn) {
    turn = drawMine({ key: item.key, text: item.body.text ?? phrases.my_place });
    turn.classList.add("early");
    add(turn, null);
  }
  turn.classList.add("waiting");
  // Said only when it takes a while: an answer usually comes before anyone could read it.
  setTimeout(() => turn.classList.contains("waiting") && keepingPlace(() => fate(turn, phrases.waiting)), 1200);
}

function told(item, outcome, sentence) {
  const turn = byKey(item.key);
  const button = buttonOf(item.body.message, item.body.data || "");
  if (outcome === "waiting") {
    if (sentence) show(sentence);
    return;
  }
  if (outcome === "reload") {
    askReload(sentence);
    return;
  }
  button?.classList.remove("busy");
  button?.removeAttribute("aria-disabled");
  if (outcome === "stored") {
    turn?.classList.remove("waiting");
    if (turn) fate(turn, "");
    return;
  }
  show(sentence || phrases.unsent);
  if (!turn) return;
  turn.classList.remove("waiting");
  turn.classList.add("failed");
  keepingPlace(() => fate(turn, phrases.not_sent));
  if (!text.value.trim() && item.body.text) {
    text.value = item.body.text;
    written();
  }
}

const outbox = openOutbox(told);

function say(words) {
  const item = { key: newKey(), path: "/chat/say", body: { text: words } };
  keepingPlace(() => waitingTurn(item));
  toEnd();
  outbox.add(item);
}

function press(button) {
  if (button.classList.contains("busy")) return;
  unread = null;
  button.classList.add("busy");
  button.setAttribute("aria-disabled", "true");
  const message = button.closest(".turn").id.slice(1);
  const body = { data: button.dataset.press, label: button.textContent, message };
  outbox.add({ key: newKey(), path: "/chat/press", body });
}

function photograph(input) {
  const file = input.files[0];
  input.value = "";
  if (!file) return;
  const item = { key: newKey(), body: { text: phrases.my_photo } };
  keepingPlace(() => waitingTurn(item));
  toEnd();
  sendPhoto(file, item.key, (outcome, sentence) => told({ key: item.key, body: {} }, outcome, sentence));
}

async function locate() {
  if (place.classList.contains("busy")) return;
  place.classList.add("busy");
  place.setAttribute("aria-disabled", "true");
  try {
    const item = { key: newKey(), path: "/chat/place", body: await findPlace() };
    keepingPlace(() => waitingTurn(item));
    toEnd();
    outbox.add(item);
  } catch {
    show(phrases.no_place);
    text.focus();
  }
  place.classList.remove("busy");
  place.removeAttribute("aria-disabled");
}

// What the page says about itself.

function show(words) {
  if (!words) return;
  clearTimeout(toastTimer);
  toast.textContent = words;
  toastTimer = setTimeout(() => (toast.textContent = ""), 4000 + 50 * words.length);
}

function askReload(sentence) {
  const again = element("button", { type: "button", class: "plain" }, phrases.reload);
  again.addEventListener("click", () => location.reload());
  hint.replaceChildren(sentence || phrases.unsent, again);
}

let offline = 0;

function connection(now) {
  if (state.dataset.state === now) return;
  state.dataset.state = now;
  state.textContent = phrases[now];
  clearTimeout(offline);
  if (now === "connected") {
    hint.textContent = "";
    outbox.again();
  } else {
    offline = setTimeout(() => (hint.textContent = phrases.offline), 5000);
  }
}

// Hands.

function written() {
  send.disabled = !text.value.trim();
  try {
    sessionStorage.setItem("palabre.draft", text.value);
  } catch {
    // The draft is a courtesy.
  }
  if (CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 3}px`;
}

text.addEventListener("input", written);

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words) return;
  text.value = "";
  written();
  say(words);
  text.focus();
});

messages.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-press]");
  if (button) press(button);
});

camera.addEventListener("click", () => shot.click());
album.addEventListener("click", () => picked.click());
shot.addEventListener("change", () => photograph(shot));
picked.addEventListener("change", () => photograph(picked));
place.addEventListener("click", locate);

document.querySelector(".welcome").addEventListener("click", (event) => {
  const card = event.target.closest("[data-start]");
  if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  say(`/start ${card.dataset.start}`);
});

document.getElementById("help").addEventListener("click", () => say("/help"));
newer.addEventListener("click", toEnd);
log.addEventListener("scroll", scrolled);
new ResizeObserver(() => filled && messages.childElementCount && following && follow()).observe(log);

// Begin: the history first, then what still waits, then what the address asks for.

function begin() {
  if (filled) return;
  for (const item of outbox.pending()) waitingTurn(item);
  if (messages.childElementCount) toEnd();
  filled = true;
  log.classList.remove("filling");
  log.setAttribute("aria-live", "polite");
  outbox.again();
  if (boot.start) say(`/start ${boot.start}`);
  if (location.pathname !== "/" || location.search) history.replaceState(null, "", "/");
}

try {
  text.value = sessionStorage.getItem("palabre.draft") || "";
} catch {
  // No draft, then.
}
written();
log.classList.add("filling");
openStream({
  entry: (number, entry) => keepingPlace(() => drawn[entry.kind]?.(number, entry)),
  note: remark,
  reset: () => {
    unread = pressed = null;
    messages.replaceChildren();
    ways.forget();
    lastDay = "";
  },
  ready: begin,
  state: connection,
});
