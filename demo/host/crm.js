// System A: it owns the customers, and embeds system B for their tickets.
import '/oriel.js';
import { customers } from '/customers.js';
import { tickets } from '/tickets.contract.js';

const find = (selector) => document.querySelector(selector);
const frame = find('oriel-frame');
const closed = new Map();
let current;

frame.contract = tickets;
frame.host = { confirm: ask };

for (const customer of customers) {
  const button = document.createElement('button');
  button.append(
    customer.name,
    Object.assign(document.createElement('small'), { textContent: `${customer.plan} · ${customer.city}` }),
  );
  button.addEventListener('click', () => show(customer));
  customer.button = button;
  const item = document.createElement('li');
  item.append(button);
  find('.customers').append(item);
}
show(customers[0]);

frame.peer.on('solved', ({ title, customerId, left }) => {
  closed.set(customerId, (closed.get(customerId) ?? 0) + 1);
  find('#closed').textContent = closed.get(current.id) ?? 0;
  const entry = document.createElement('li');
  const { name } = customers.find(({ id }) => id === customerId);
  entry.textContent = `${name}: “${title}” was closed; ${left} still open.`;
  find('.activity').prepend(entry);
});

function show(customer) {
  current = customer;
  frame.props = { customerId: customer.id };
  for (const field of ['name', 'plan', 'contact', 'city', 'since'])
    find(`#${field}`).textContent = customer[field];
  find('#seats').textContent = customer.seats.toLocaleString('en');
  find('#closed').textContent = closed.get(customer.id) ?? 0;
  for (const { id, button } of customers) button.setAttribute('aria-pressed', String(id === customer.id));
}

/** System B asks; the person at the CRM answers. */
function ask(question) {
  const dialog = find('dialog');
  find('#question').textContent = question;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((answer) =>
    dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'), { once: true }),
  );
}
