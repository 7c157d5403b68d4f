// System B: it owns the tickets. Which customer's, the host says.
import { connectHost } from '/oriel-guest.js';
import { tickets } from '/tickets.contract.js';

const list = document.querySelector('.tickets');
const note = document.querySelector('.note');
const peer = connectHost(tickets, {
  allowOrigins: [list.dataset.host],
  implement: { open: ({ id }) => document.getElementById(id)?.focus() },
});
peer.ready.catch(({ code, message }) => say(`${code}: ${message}`));
peer.props.subscribe(show);
show();

async function show() {
  const { customerId } = peer.props.get() ?? {};
  if (customerId === undefined) return;
  try {
    const open = await openTickets(customerId);
    if (peer.props.get().customerId !== customerId) return; // another customer was chosen in the meantime
    list.replaceChildren(...open.map(item));
    count(open.length);
  } catch {
    say('The tickets could not be loaded. Choose the customer again.');
  }
}

function item({ id, title, priority, by, age }) {
  const days = new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-age, 'day');
  const name = document.createElement('span');
  name.append(
    title,
    Object.assign(document.createElement('small'), { textContent: `${id} · ${by}, ${days}` }),
  );
  const level = Object.assign(document.createElement('b'), { className: priority, textContent: priority });
  const button = Object.assign(document.createElement('button'), { id, textContent: 'Close' });
  button.setAttribute('aria-label', `Close ${title}`);
  const row = document.createElement('li');
  button.addEventListener('click', () => close({ id, title, row, button }));
  row.append(level, name, button);
  return row;
}

async function close({ id, title, row, button }) {
  // Not `disabled`: the button would lose the focus that it is to get back.
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  const focused = document.activeElement === button;
  const { customerId } = peer.props.get();
  // Without an answer from the host, nothing is closed.
  const agreed = await peer.remote.confirm(`Close “${title}”?`, { timeout: Infinity }).catch(() => false);
  const done = agreed && (await fetch(`/api/tickets/${id}/close`, { method: 'POST' })).ok;
  button.ariaBusy = 'false';
  // The host's dialog gave the focus back to this frame, and not to what had it in here.
  if (!done) return focused && button.focus();
  remove(row, focused);
  peer.emit('solved', { id, title, customerId, left: (await openTickets(customerId)).length });
}

/** Whoever was at the row that goes is at the next one after it. */
function remove(row, focused) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  count(list.children.length);
  if (focused) (next?.querySelector('button') ?? note).focus();
}

function count(open) {
  say(open ? `${open} open` : 'No open tickets. All is done here.');
}

function say(text) {
  note.textContent = text;
}

async function openTickets(customerId) {
  return (await fetch(`/api/tickets?customer=${customerId}`)).json();
}
