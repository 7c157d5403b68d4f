// System B: it owns the tickets. Which customer's, the host says.
import { connectHost } from '/oriel-guest.js';
import { tickets } from '/tickets.contract.js';

const list = document.querySelector('.tickets');
const note = document.querySelector('.note');
const peer = connectHost(tickets, {
  allowOrigins: [list.dataset.host],
  implement: { open: ({ id }) => document.getElementById(id)?.focus() },
});

const show = async () => {
  const { customerId } = peer.props.get() ?? {};
  if (customerId === undefined) return;
  const open = await openTickets(customerId);
  if (peer.props.get().customerId !== customerId) return; // another customer was chosen in the meantime
  list.replaceChildren(...open.map(item));
  note.textContent = open.length ? `${open.length} open` : 'No open tickets.';
};
peer.props.subscribe(show);
show();

function item({ id, title }) {
  const name = document.createElement('span');
  name.append(title, Object.assign(document.createElement('small'), { textContent: id }));
  const button = Object.assign(document.createElement('button'), { id, textContent: 'Close' });
  button.setAttribute('aria-label', `Close ${title}`);
  button.addEventListener('click', () => close(id, title, button));
  const row = document.createElement('li');
  row.append(name, button);
  return row;
}

async function close(id, title, button) {
  button.disabled = true;
  // Without an answer from the host, nothing is closed.
  const { customerId } = peer.props.get();
  const agreed = await peer.remote.confirm(`Close “${title}”?`, { timeout: Infinity }).catch(() => false);
  if (!agreed) {
    button.disabled = false;
    return;
  }
  await fetch(`/api/tickets/${id}/close`, { method: 'POST' });
  await show();
  peer.emit('solved', { id, title, customerId, left: (await openTickets(customerId)).length });
}

async function openTickets(customerId) {
  return (await fetch(`/api/tickets?customer=${customerId}`)).json();
}
