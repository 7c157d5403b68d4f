import { type Channel, serve } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const channel: Channel;
serve(ticket, channel); // error
