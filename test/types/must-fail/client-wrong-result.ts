import { type Channel, client } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const channel: Channel;
const count: string = await client(ticket, channel).count(); // error

export { count };
