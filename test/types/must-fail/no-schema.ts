import { method } from 'oriel/contract';

method({ input: { id: 'string' } }); // error
