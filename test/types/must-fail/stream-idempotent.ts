import { stream } from 'oriel/contract';

stream({ idempotent: true }); // error
