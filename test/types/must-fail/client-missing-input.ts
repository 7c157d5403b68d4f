import { type Channel, client } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const channel: Channel;
client(ticket, channel).open(); // error
