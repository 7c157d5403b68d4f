import { gateway } from 'oriel/gateway';
import { ticket } from '../ticket.contract.js';

const rest = { count: () => 1, load: () => 1, rows: () => [] };
gateway({ contract: ticket, services: { ...rest, open: () => {} } }); // error
