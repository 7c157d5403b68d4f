import { type Channel, serve } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const channel: Channel;
const rest = { count: () => 1, load: () => 1, rows: () => [] };
serve(ticket, { ...rest, open: () => {}, opne: () => {} }, channel); // error
