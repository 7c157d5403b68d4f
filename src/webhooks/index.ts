export { digest } from './mac.js';
export { textOf, type WebhookMessage } from './message.js';
export { refuse } from './refuse.js';
export { type Secrets, secretsOf } from './secrets.js';
export { standardHeaders, wrongSigner } from './standard.js';
export type { Clock, Identity, WebhookStyle } from './style.js';
export { type StyleName, styles } from './styles/index.js';
