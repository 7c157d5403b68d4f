export interface Example {
  readonly id: string;
  /** The state that its frame reaches; \`undefined\` where there is no tag that is defined. */
  readonly state?: 'idle' | 'loading' | 'connecting' | 'ready' | 'failed' | 'undefined';
  readonly code?: string;
  /** Its frame waits for a click. */
  readonly click?: boolean;
  /** It has a page of its own. */
  readonly page?: string;
}
export const groups: readonly { readonly id: string; readonly examples: readonly Example[] }[];
