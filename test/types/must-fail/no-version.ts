import { contract } from 'oriel/contract';

contract({ name: 'acme.ticket' }); // error
