// A widget that follows the gateway by itself, and tells the page around it how fresh it is.
import { Resume } from '/oriel/events/index.js';
import { connectHost, contract, showFreshness } from '/oriel-guest.js';

const total = document.querySelector('.total');
const list = document.querySelector('.tickets');
const note = document.querySelector('.note');
const { host, gateway } = total.dataset;
const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
/** The gateway says something every 2 s: what is silent for so long is dead. */
const patience = 5000;

let payments = [];
let source;
let silence;

const resume = new Resume({
  after: 'earliest', // the log is all that there is
  afterReset: 'earliest',
  onReset() {
    payments = [];
    follow();
    resume.recovered();
  },
});
const peer = connectHost(contract({ name: 'demo.payments', version: '1.0.0' }), { allowOrigins: [host] });
peer.ready.catch(() => {}); // it works on its own too
showFreshness(peer, resume.freshness);
resume.freshness.subscribe(show);
follow();
for (const type of ['visibilitychange', 'resume']) document.addEventListener(type, seen);

/** From where it was, over a new connection. */
function follow() {
  source?.close();
  const at = encodeURIComponent(resume.position);
  const current = new EventSource(`${gateway}/acme.bank/events?topic=paid&after=${at}`);
  source = current;
  const on = (type, act) =>
    current.addEventListener(type, (message) => {
      if (current !== source) return;
      heard();
      act(message);
    });
  heard();
  on('open', () => resume.connected());
  on('message', ({ data, lastEventId }) => {
    const event = JSON.parse(data);
    if (!resume.hear({ cursor: lastEventId, event })) return;
    payments.push(event);
    show();
  });
  for (const answer of ['replayed', 'live'])
    on(answer, ({ data }) => resume.reached(answer, JSON.parse(data).cursor));
  on('reset', ({ data }) => resume.reset(JSON.parse(data)));
  on('error', broken);
}

function heard() {
  clearTimeout(silence);
  silence = setTimeout(broken, patience);
}

function broken() {
  clearTimeout(silence);
  source.close();
  resume.lost();
  silence = setTimeout(follow, 1000 + 1000 * Math.random());
}

/** A page that is seen again waits no longer; one that was frozen hears what has come only after its timers. */
function seen() {
  if (document.hidden) return;
  heard();
  if (source.readyState === EventSource.CLOSED) follow();
}

function show() {
  const sum = payments.reduce((all, { data }) => all + data.amount, 0);
  const { state } = resume.freshness.get();
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
