import { type Channel, connect } from 'oriel/bridge';
import { ticket } from '../ticket.contract.js';

declare const channel: Channel;
const host = connect({ channel, contract: ticket, side: 'host', implement: { confirm: () => true } });
host.remote.open({ id: 'x' }, { timeuot: 5 }); // error
