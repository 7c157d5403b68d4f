/** What a host's page gets from one script: the tags, registered, `defineWidget`, and the contract's helpers. */
import './define.js';

export * from './contract/index.js';
export * from './index.js';
