import { sse } from 'oriel/channels/sse';

sse('https://bank.example', { token: () => 7 }); // error
