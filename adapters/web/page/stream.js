// The line on which entries arrive. The one rule: `last` moves only with an entry that was drawn, and every reconnection
// asks for what comes after it, so that nothing is missed and nothing comes twice.

const SILENCE = 40000; // the server gives a sign every 15 s
const HIDDEN = 60000; // browsers allow six connections to a server: a page nobody looks at gives its own back

export function openStream({ entry, note, reset, ready, state }) {
  let source = null;
  let last = 0;
  let failures = 0;
  let watchdog = 0;
  let retry = 0;
  let hidden = 0;

  function alive() {
    clearTimeout(watchdog);
    watchdog = setTimeout(reopen, SILENCE);
  }

  function close() {
    clearTimeout(watchdog);
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  }

  function reopen() {
    state("reconnecting");
    open();
  }

  function open() {
    close();
    const mine = new EventSource(`/chat/stream?after=${last}`);
    source = mine;
    alive();
    const on = (name, handle) =>
      mine.addEventListener(name, (event) => {
        if (mine !== source) return;
        alive();
        handle(JSON.parse(event.data), event);
      });
    on("entry", (data, event) => {
      const number = Number(event.lastEventId);
      if (number <= last) return;
      entry(number, data);
      last = number;
    });
    on("note", note);
    on("reset", () => {
      last = 0;
      reset();
    });
    on("ready", () => {
      failures = 0;
      state("connected");
      ready();
    });
    on("beat", () => {});
    mine.onerror = () => {
      if (mine !== source) return;
      state("reconnecting");
      close();
      retry = setTimeout(open, Math.min(10000, 500 * 2 ** failures));
      failures += 1;
    };
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(close, HIDDEN);
    else if (!source) reopen();
  });
  window.addEventListener("pageshow", (event) => event.persisted && reopen());
  window.addEventListener("pagehide", close);
  window.addEventListener("online", reopen);
  window.addEventListener("offline", () => state("reconnecting"));
  open();
}
