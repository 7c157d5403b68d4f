import { workerData } from 'node:worker_threads';
import { port } from '../../dist/channels/port.js';
import { startGuest } from './suite.guest.js';

startGuest(port(workerData.port), workerData.limits);
