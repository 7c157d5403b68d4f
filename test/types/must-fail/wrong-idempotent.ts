import { method } from 'oriel/contract';

method({ idempotent: 'yes' }); // error
