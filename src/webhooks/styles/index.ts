import { github } from './github.js';
import { shopify } from './shopify.js';
import { slack } from './slack.js';
import { standard } from './standard.js';
import { stripe } from './stripe.js';

/** Senders by name. */
export const styles = { standard, github, stripe, slack, shopify } as const;

export type StyleName = keyof typeof styles;
