// A widget that follows the gateway by itself, and tells the page around it how fresh it is.
import { subscribe } from '/oriel-events.js';
import { connectHost, contract, event, showFreshness, type } from '/oriel-guest.js';

const total = document.querySelector('.total');
const list = document.querySelector('.tickets');
const note = document.querySelector('.note');
const { host, gateway } = total.dataset;
const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
const bank = contract({
  name: 'acme.bank',
  version: '1.0.0',
  guest: { paid: event(type(), { retain: 'log' }) },
});

let payments = [];

const kept = subscribe(
  bank,
  gateway,
  {
    paid(_, arrived) {
      payments.push(arrived.event);
      show();
    },
  },
  {
    after: 'earliest', // the log is all that there is
    afterReset: 'earliest',
    onReset() {
      payments = [];
      kept.recovered();
    },
    retry: { first: 2000, longest: 2000 }, // a demo's: who watches it is waiting
  },
);
const peer = connectHost(contract({ name: 'demo.payments', version: '1.0.0' }), { allowOrigins: [host] });
peer.ready.catch(() => {}); // it works on its own too
showFreshness(peer, kept.freshness);
kept.freshness.subscribe(show);

function show() {
  const sum = payments.reduce((all, { data }) => all + data.amount, 0);
  const { state } = kept.freshness.get();
  total.classList.toggle('paid', payments.length > 0);
  total.children[0].textContent = euros.format(sum);
  total.children[1].textContent = payments.length
    ? `${payments.length} paid, the last of them invoice ${payments.at(-1).data.invoice}`
    : 'nothing paid yet';
  list.replaceChildren(...payments.slice(-5).reverse().map(item));
  note.textContent = {
    live: 'Live',
    'catching-up': 'Catching up …',
    stale: 'The gateway can’t be reached. This tries again by itself.',
    reset: 'Something was missed. Fetching it anew …',
  }[state];
}

function item({ time, data }) {
  const row = document.createElement('li');
  const level = Object.assign(document.createElement('b'), { className: 'paid', textContent: 'paid' });
  const name = document.createElement('span');
  name.append(
    `Invoice ${data.invoice}: ${euros.format(data.amount)}`,
    Object.assign(document.createElement('small'), {
      textContent: new Date(time).toLocaleTimeString('en', { timeStyle: 'medium' }),
    }),
  );
  row.append(level, name);
  return row;
}
