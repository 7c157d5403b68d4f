/** What every peer's guest offers. */
export const api = { add: ([a, b]) => a + b, echo: (value) => value };

const query = new URLSearchParams(location.search);
export const hostOrigin = query.get('host');
export const guestOrigin = query.get('guest');

export function frameAt(url, place) {
  const frame = document.createElement('iframe');
  frame.src = url;
  place.append(frame);
  return frame;
}

export const loaded = (frame) => new Promise((done) => frame.addEventListener('load', done, { once: true }));
