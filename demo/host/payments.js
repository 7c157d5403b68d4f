// System A shows the payments of system B. How fresh they are, the widget tells the frame.
import '/oriel.js';

const find = (id) => document.getElementById(id);
const frame = document.querySelector('oriel-frame');

frame.addEventListener('oriel-freshness', ({ state }) => {
  find('freshness').textContent = state ?? 'connecting';
  find('freshness').dataset.state = state ?? '';
});

find('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(find('command').textContent);
    say('Copied.');
  } catch {
    getSelection().selectAllChildren(find('command')); // a page without leave to write there
    say('Selected: copy it with the keyboard.');
  }
});

find('kill').addEventListener('click', async ({ target }) => {
  if (target.ariaBusy === 'true') return;
  target.ariaBusy = 'true';
  const done = await fetch('/gateway/restart', { method: 'POST' }).catch(() => ({ ok: false }));
  target.ariaBusy = 'false';
  say(done.ok ? 'The gateway was killed, and is there again.' : 'The gateway could not be restarted.');
});

function say(text) {
  find('said').textContent = text;
}
