import { type Channel, serve } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const channel: Channel;
serve(ticket, { open: () => {}, count: () => 'three', load: () => 1, rows: () => [] }, channel); // error
