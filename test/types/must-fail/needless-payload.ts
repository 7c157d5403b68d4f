import type { Peer } from 'oriel/bridge';
import type { ticket } from '../ticket.contract.js';

declare const guest: Peer<typeof ticket, 'guest'>;
guest.emit('closed', 1); // error
