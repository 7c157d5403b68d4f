import { subscribe } from 'oriel/channels/events';
import { ticket } from '../ticket.contract.js';

subscribe(ticket, 'https://gateway.example', {
  solved: () => {}, // error
});
