import { contract, type } from 'oriel/contract';

contract({ name: 'acme.ticket', version: '1.0.0', guest: { open: type<string>() } }); // error
