/** What a guest's page gets from one script: the guest SDK and the contract's helpers. */
export * from './contract/index.js';
export * from './guest/index.js';
