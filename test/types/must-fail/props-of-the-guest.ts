import { type Channel, connect } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const channel: Channel;
const implement = { open: () => {}, count: () => 1, load: () => 1, rows: () => [] };
connect({ channel, contract: ticket, side: 'guest', props: { ticketId: 'a' }, implement }); // error
