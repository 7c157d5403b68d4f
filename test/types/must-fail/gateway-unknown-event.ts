import { gateway } from 'oriel/gateway';
import { ticket } from '../ticket.contract.js';

const rest = { count: () => 1, load: () => 1, rows: () => [] };
declare const source: import('oriel/gateway').Source;
gateway({ contract: ticket, services: { ...rest, open: () => {} }, sources: { piad: source }, auth: false }); // error
