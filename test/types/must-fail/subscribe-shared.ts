import { subscribe } from 'oriel/channels/events';
import { ticket } from '../ticket.contract.js';

subscribe(ticket, 'https://gateway.example', { paid: () => {} }, { share: true }); // error
