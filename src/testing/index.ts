/** What tests need of the other side: it stands in memory, and its connection fails on demand. */
export * from './faults.js';
export * from './mock.js';
