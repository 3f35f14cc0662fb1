// What was said and is not known to be stored. The one rule: an item leaves only when the server answered that it is
// stored, or that it never will be; until then it is kept, also over a reload, and sent again under the same key.

const SHELF = "palabre.pending";

function kept() {
  try {
    const items = JSON.parse(localStorage.getItem(SHELF));
    return Array.isArray(items) ? items : [];
  } catch {
    return [];
  }
}

function keep(items) {
  try {
    localStorage.setItem(SHELF, JSON.stringify(items));
  } catch {
    // Without storage (some private windows) the items live as long as the page.
  }
}

// randomUUID exists only on https and localhost; a town hall may try Palabre on a plain http address.
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

async function post(item) {
  let response;
  try {
    response = await fetch(item.path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Palabre": "1" },
      body: JSON.stringify({ key: item.key, ...item.body }),
      credentials: "same-origin",
      signal: AbortSignal.timeout ? AbortSignal.timeout(30000) : undefined,
    });
  } catch {
    return { fate: "again" };
  }
  if (response.ok) return { fate: "stored" };
  const said = await response.json().catch(() => ({}));
  const wait = Number(response.headers.get("Retry-After")) || 0;
  if (response.status === 401) return { fate: "reload", sentence: said.sentence };
  if (response.status === 429 || response.status >= 500) return { fate: "again", wait, sentence: said.sentence };
  return { fate: "refused", sentence: said.sentence };
}

// `told(item, fate, sentence)` hears waiting, stored, refused and reload, for each item.
export function openOutbox(told) {
  const queue = kept();
  let busy = false;
  let wakeUp = () => {};

  const pause = (seconds) =>
    new Promise((done) => {
      const timer = setTimeout(done, seconds * 1000);
      wakeUp = () => {
        clearTimeout(timer);
        done();
      };
    });

  function drop(item) {
    queue.splice(queue.indexOf(item), 1);
    keep(kept().filter((other) => other.key !== item.key));
  }

  async function flush() {
    if (busy) return;
    busy = true;
    let failures = 0;
    while (queue.length) {
      const item = queue[0];
      const { fate, wait, sentence } = await post(item);
      if (fate === "reload") {
        told(item, fate, sentence);
        break;
      }
      if (fate === "again") {
        failures += 1;
        told(item, "waiting", sentence);
        await pause(wait || Math.min(15, 2 ** (failures - 1)));
        continue;
      }
      failures = 0;
      drop(item);
      told(item, fate, sentence);
    }
    busy = false;
  }

  return {
    pending: () => queue.slice(),
    holds: (key) => queue.some((item) => item.key === key),
    add(item) {
      queue.push(item);
      keep([...kept(), item]);
      flush();
    },
    again() {
      wakeUp();
      flush();
    },
  };
}
