import { AuthError } from '../contract/index.js';

/** Ends the verification of a message: `throw refuse('The signature is missing.')`. The sender is told why. */
export const refuse = (why: string): AuthError => new AuthError('unauthorized', why);
