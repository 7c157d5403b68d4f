import { CallOptions, connect, type Messenger, type Message as PenpalMessage } from 'penpal';
import { NotCloneable } from '../contract/index.js';
import type { Wire } from './channel.js';
import { encode, Local } from './failure.js';
import { type Hello, type Message, message, wireVersion } from './message.js';

type Proxy = Record<string, (...input: unknown[]) => Promise<unknown>>;

/** What a link tells its peer. */
export interface LinkListener {
  /** What this side says of itself, asked for at each handshake. */
  hello(): Omit<Hello, 'v' | 'f'>;
  /** Gives the other side's hello (`undefined` from stock penpal); `false` refuses it. */
  greeted(theirs: Hello | undefined): boolean;
  /** A handshake is done: calls can be made. */
  opened(): void;
  /** The other side's document went away, or a new one spoke. */
  ended(): void;
  /** The other side closed for good. */
  destroyed(): void;
  note(topic: string, payload: unknown): void;
  refused(origin: string): void;
}

/**
 * One wire with penpal on it. Penpal shakes hands and matches replies to calls; what stands here is the messenger
 * under it, which sees each message first: so nothing of an old document stays pending in penpal's tables.
 */
export class Link {
  /** The origin that the last accepted message came from. */
  origin: string | undefined;
  readonly #wire: Wire;
  readonly #listener: LinkListener;
  readonly #connection: { promise: Promise<unknown>; destroy(): void };
  readonly #handlers = new Set<(message: PenpalMessage) => void>();
  /** Calls of ours that wait for an answer, by id, with the member's name. */
  readonly #asked = new Map<string, string>();
  /** Calls of theirs that run here. */
  readonly #running = new Map<string, string>();
  #proxy: Proxy | undefined;
  /** Penpal's name for this end, and for the other. */
  #own: string | undefined;
  #participant: string | undefined;
  #theirs: Hello | undefined;
  #greeted = false;
  #open = false;
  #silent = false;
  #lastId = '';

  constructor(wire: Wire, methods: Record<string, (...input: unknown[]) => unknown>, listener: LinkListener) {
    this.#wire = wire;
    this.#listener = listener;
    wire.listen({
      message: (incoming, origin) => this.#receive(incoming, origin),
      refused: (origin) => listener.refused(origin),
    });
    this.#connection = connect({ messenger: this.#messenger(), methods: methods as never });
    this.#connection.promise.then(
      (proxy) => {
        this.#proxy = proxy as Proxy;
      },
      () => {}, // a handshake message that can't be sent; the peer's own timer tells
    );
  }

  /** How many calls wait for an answer. */
  get pending(): number {
    return this.#asked.size;
  }

  /** Whether the other side runs this kit, rather than stock penpal. */
  get extended(): boolean {
    return this.#theirs !== undefined;
  }

  /** Calls a method of the other side; the answer comes as it was sent, a rejection as `decode` reads it. */
  call(
    member: string,
    input: unknown,
    transfer: Transferable[] | undefined,
  ): { id: string; answer: Promise<unknown> } {
    const method = (this.#proxy as Proxy)[member] as Proxy[string];
    const answer = transfer ? method(input, new CallOptions({ transferables: transfer })) : method(input);
    return { id: this.#lastId, answer };
  }

  /** Rejects one call of ours, here and in penpal's table. A late answer is then nobody's. */
  settle(id: string, error: unknown): void {
    if (this.#asked.delete(id))
      this.#deliver(message('REPLY', { callId: id, isError: true, value: new Local(error) }));
  }

  /** Rejects all calls of ours. */
  settleAll(error: unknown): void {
    this.#open = false;
    this.#running.clear();
    for (const id of [...this.#asked.keys()]) this.settle(id, error);
  }

  /** @throws DataCloneError */
  note(topic: string, payload: unknown): void {
    this.#wire.post(message('NOTE', { topic, payload }));
  }

  /** Ends the link, and says so to the other side unless `silent`. */
  close(silent: boolean): void {
    this.#silent = silent;
    this.#connection.destroy();
    this.#wire.close(); // penpal closes nothing while it still shakes hands
  }

  #messenger(): Messenger {
    // Arrow functions throughout: penpal calls them unbound.
    return {
      initialize: () => {},
      sendMessage: (outgoing, transfer) => this.#send(outgoing as unknown as Message, transfer),
      addMessageHandler: (handler) => void this.#handlers.add(handler),
      removeMessageHandler: (handler) => void this.#handlers.delete(handler),
      destroy: () => {
        this.#wire.close();
        this.#handlers.clear();
      },
    };
  }

  #deliver(incoming: Message): void {
    for (const handler of [...this.#handlers]) handler(incoming as unknown as PenpalMessage);
  }

  #send(outgoing: Message, transfer: readonly Transferable[] | undefined): void {
    const greeting = { v: wireVersion, f: '' };
    switch (outgoing.type) {
      case 'SYN':
        this.#own = outgoing.participantId;
        return this.#wire.post({ ...outgoing, oriel: greeting });
      case 'ACK1':
      case 'ACK2':
        this.#wire.post({
          ...outgoing,
          oriel: { ...greeting, ...this.#listener.hello(), to: this.#participant },
        });
        if (outgoing.type === 'ACK2') this.#opened();
        return;
      case 'CALL':
        return this.#sendCall(outgoing, transfer);
      case 'REPLY':
        return this.#sendReply(outgoing, transfer);
      default:
        if (!this.#silent) this.#wire.post(outgoing);
    }
  }

  #sendCall(outgoing: Message, transfer: readonly Transferable[] | undefined): void {
    const { id = '', methodPath = [] } = outgoing;
    const member = String(methodPath[0]);
    this.#lastId = id;
    this.#asked.set(id, member);
    try {
      this.#wire.post(outgoing, transfer);
    } catch (cause) {
      this.settle(id, new NotCloneable(member, undefined, { cause }));
    }
  }

  #sendReply(outgoing: Message, transfer: readonly Transferable[] | undefined): void {
    const { callId = '' } = outgoing;
    const member = this.#running.get(callId);
    // The document that asked is gone.
    if (member === undefined) return;
    this.#running.delete(callId);
    try {
      this.#wire.post(outgoing, transfer);
    } catch (cause) {
      // Caught here: penpal would answer too, but leave an unhandled rejection behind.
      this.#wire.post({
        ...outgoing,
        isError: true,
        value: encode(new NotCloneable(member, undefined, { cause }), false),
      });
    }
  }

  #receive(incoming: Message, origin: string): void {
    switch (incoming.type) {
      case 'SYN':
        return this.#receiveSyn(incoming, origin);
      case 'ACK1':
      case 'ACK2':
        return this.#receiveAck(incoming);
      case 'REFUSE':
        return void this.#listener.greeted(incoming.oriel as Hello);
      case 'NOTE':
        if (this.#open) this.#listener.note(String(incoming.topic), incoming.payload);
        return;
      case 'CALL':
        if (!this.#open || typeof incoming.id !== 'string' || !Array.isArray(incoming.methodPath)) return;
        this.#running.set(incoming.id, String(incoming.methodPath[0]));
        return this.#deliver(incoming);
      case 'REPLY':
        if (this.#asked.delete(String(incoming.callId))) this.#deliver(incoming);
        return;
      case 'DESTROY':
        return this.#listener.destroyed();
    }
  }

  #receiveSyn(incoming: Message, origin: string): void {
    if (incoming.participantId !== this.#participant) {
      this.#participant = incoming.participantId;
      this.#greeted = false;
      this.origin = origin;
      if (this.#open) this.#listener.ended();
    }
    this.#deliver(incoming);
  }

  #receiveAck(incoming: Message): void {
    // An acknowledgement without a handshake, or a second one, is nobody's.
    if (this.#participant === undefined || this.#greeted) return;
    const theirs = incoming.oriel as Hello | undefined;
    // Meant for the document that stood here before: penpal's own acknowledgements don't say to whom.
    if (theirs?.to !== undefined && theirs.to !== this.#own) return;
    if (!this.#listener.greeted(theirs)) {
      this.#wire.post(message('REFUSE', { oriel: { v: wireVersion, f: '', ...this.#listener.hello() } }));
      return;
    }
    this.#theirs = theirs;
    this.#greeted = true;
    this.#deliver(incoming);
    if (incoming.type === 'ACK2') this.#opened();
  }

  // After ACK2, penpal's own promise still needs some microtasks; no message can arrive before they have run.
  #opened(): void {
    this.#open = true;
    const participant = this.#participant;
    this.#connection.promise.then(
      () => {
        if (this.#open && participant === this.#participant) this.#listener.opened();
      },
      () => {},
    );
  }
}
