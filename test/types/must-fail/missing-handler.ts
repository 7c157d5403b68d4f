import { type Channel, connect } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const channel: Channel;
connect({ channel, contract: ticket, side: 'host', implement: {} }); // error
