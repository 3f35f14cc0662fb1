// Photos and positions. The one rule: nothing is taken or told before the person presses, and the buttons are there only
// while a question asks for it; typing is always possible.

const SIDE = 1600;

// Made smaller here, so that little travels; drawing it anew also leaves behind where and when it was taken.
async function smaller(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88))) || file;
  } catch {
    return file; // the server looks at it again, and says what is wrong with it
  }
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// Under the same key until the server has it or never will; told(fate, sentence) as in the outbox.
export async function sendPhoto(file, key, told) {
  const photo = await smaller(file);
  for (let failures = 0; ; failures += 1) {
    let response = null;
    try {
      response = await fetch(`/chat/photo?key=${key}`, {
        method: "POST",
        headers: { "Content-Type": photo.type || "application/octet-stream", "X-Palabre": "1" },
        body: photo,
        credentials: "same-origin",
        signal: AbortSignal.timeout ? AbortSignal.timeout(120000) : undefined,
      });
    } catch {
      // No connection: again, below.
    }
    if (response?.ok) return told("stored");
    const said = response ? await response.json().catch(() => ({})) : {};
    if (response?.status === 401) return told("reload", said.sentence);
    if (response && response.status !== 429 && response.status < 500) return told("refused", said.sentence);
    told("waiting", said.sentence);
    await pause(Number(response?.headers.get("Retry-After")) || Math.min(15, 2 ** failures));
  }
}

export const canPlace = () => "geolocation" in navigator && window.isSecureContext;

export function findPlace() {
  return new Promise((found, lost) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => found({ lat: coords.latitude, lon: coords.longitude }),
      lost,
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
}

// The question that asks for something besides words, until it is answered (edited) or another one does.
export function openWays({ ways, camera, album, place }) {
  let asked = null;
  const show = () => {
    const wants = asked ? asked.wants : "";
    camera.hidden = wants !== "photo" || !matchMedia("(pointer: coarse)").matches;
    album.hidden = wants !== "photo";
    place.hidden = wants !== "place" || !canPlace();
    ways.hidden = camera.hidden && album.hidden && place.hidden;
  };
  return {
    seen(of, wants) {
      if (wants) asked = { of, wants };
      else if (asked && asked.of === of) asked = null;
      show();
    },
    forget() {
      asked = null;
      show();
    },
  };
}
