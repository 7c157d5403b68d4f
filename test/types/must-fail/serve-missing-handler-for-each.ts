import { type Listener, serve } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const listener: Listener;
serve(ticket, () => ({ open: () => {}, count: () => 1, load: () => 1 }), listener); // error
