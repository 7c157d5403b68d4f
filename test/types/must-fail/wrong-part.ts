import { method, type } from 'oriel/contract';

method({ inptu: type<string>() }); // error
