import { gateway } from 'oriel/gateway';
import { ticket } from '../ticket.contract.js';

const rest = { open: () => {}, load: () => 1, rows: () => [] };
gateway({ contract: ticket, services: { ...rest, count: () => 'three' }, auth: false }); // error
