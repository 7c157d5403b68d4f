import './elements/frame/define.js';

export * from './index.js';
