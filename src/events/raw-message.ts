/** The bytes of a message, and its headers as they were sent: in order, with doubles. */
export interface RawMessage {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}
