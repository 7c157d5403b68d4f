import { connect, type Messenger, type Message as PenpalMessage } from 'penpal';
import { LimitExceeded, type LostReason, NotCloneable, type OrielError } from '../contract/index.js';
import { Backlog } from './backlog.js';
import { Batch } from './batch.js';
import type { Wire } from './channel.js';
import { Context } from './context.js';
import { encode } from './failure.js';
import type { Limits, Rate } from './limits.js';
import { type Greeting, greeting, type Hello, type Message, mark, message } from './message.js';
import type { Tracer } from './trace.js';

type Method = (...args: unknown[]) => Promise<unknown>;
export type Methods = { readonly [name: string]: Method | Methods };

/** Who waits for the answer to one call. */
export interface Caller {
  answer(reply: Message): void;
  /** There will be none, and why. */
  fail(error: unknown): void;
}

/** What a link tells its peer, and asks it. */
export interface LinkListener {
  readonly limits: Limits;
  readonly rate: Rate;
  readonly tracer: Tracer;
  /** The epoch that calls which arrive now belong to. */
  readonly epoch: number;
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
  /** An answer to a call that was given up. */
  late(value: unknown): void;
  /** Whether an id is that of a stream which is open here. */
  pulls(id: unknown): boolean;
  /** A page of another origin spoke from the same window. */
  refused(origin: string): void;
  /** This wire leads nowhere any more. */
  lost(reason: LostReason): void;
  /** This wire leads nowhere any more, and no other one will. */
  closed(cause: Error): void;
  /** Nobody can answer on this wire, and why. */
  failed(error: OrielError): void;
  /** Something had no effect, since it was too much. */
  excess(error: OrielError): void;
  /** Far too much. */
  flooded(): void;
}

/**
 * One wire with penpal on it. Penpal shakes hands and runs the methods that are called here; what stands here is the
 * messenger under it, which sees each message first. Calls of ours are made here, in penpal's words: its own would be a
 * random id, a proxy and a promise more at each call, and would stay pending for ever once the document is gone.
 */
export class Link {
  /** The origin that the last accepted message came from. */
  origin: string | undefined;
  /** When the other side was last heard, by `performance.now()`. */
  heardAt = 0;
  /** What penpal is just calling a method for. */
  context: Context | undefined;
  readonly #wire: Wire;
  readonly #batch: Batch;
  readonly #backlog: Backlog | undefined;
  readonly #listener: LinkListener;
  readonly #connection: { promise: Promise<unknown>; destroy(): void };
  readonly #handlers = new Set<(message: PenpalMessage) => void>();
  /** Calls of ours that wait for an answer. */
  readonly #asked = new Map<string, Caller>();
  /** Calls of theirs that run here. */
  readonly #running = new Map<string, Context>();
  #calls = 0;
  /** Penpal's name for this end, and for the other. */
  #own: string | undefined;
  #participant: string | undefined;
  /** What its SYN said of it. */
  #greeting: Greeting | undefined;
  #greeted = false;
  #open = false;
  #silent = false;
  #refusing = false;
  /** Whether it was flooded: what is on its way still is nobody's. */
  #deaf = false;

  constructor(wire: Wire, methods: Methods, listener: LinkListener) {
    this.#wire = wire;
    this.#batch = new Batch(wire, (item, cause) => this.#unsent(item, cause));
    this.#listener = listener;
    this.#backlog = wire.turn && new Backlog(listener.limits, wire.turn);
    wire.listen({
      message: (incoming, origin) => this.#hear(incoming, origin),
      noise: () => void this.#bear(),
      refused: (origin) => this.#bear() && listener.refused(origin),
      stray: (origin) => listener.tracer.refused(origin),
      lost: listener.lost,
      closed: listener.closed,
      failed: listener.failed,
    });
    this.#connection = connect({ messenger: this.#messenger(), methods: methods as never });
    this.#connection.promise.catch(() => {}); // a handshake message that can't be sent; the peer's own timer tells
  }

  /** How many calls wait for an answer. */
  get pending(): number {
    return this.#asked.size;
  }

  /** How many calls of the other side's run here. */
  get running(): number {
    return this.#running.size;
  }

  /** What finds out whether the other side is still there. */
  get heartbeat(): Wire['heartbeat'] {
    return this.#wire.heartbeat;
  }

  /** What the other side's token says. */
  get claims(): unknown {
    return this.#wire.claims?.();
  }

  /** Whether the other side runs this kit, rather than stock penpal. */
  get extended(): boolean {
    return this.#greeting !== undefined;
  }

  /** Calls a method of the other side. @returns the call's id, which no other document's calls have. */
  call(
    methodPath: readonly string[],
    args: readonly unknown[],
    transfer: readonly Transferable[] | undefined,
    caller: Caller,
  ): string {
    const id = `${this.#own?.slice(0, 8)}-${++this.#calls}`;
    this.#asked.set(id, caller);
    try {
      this.#post(message('CALL', { id, methodPath, args }), transfer);
    } catch (cause) {
      this.settle(id, new NotCloneable(String(methodPath[0]), undefined, { cause }));
    }
    return id;
  }

  /** Ends one call of ours. A late answer is then nobody's. @returns whether it was still open. */
  settle(id: string, error: unknown): boolean {
    const caller = this.#asked.get(id);
    this.#asked.delete(id);
    caller?.fail(error);
    return caller !== undefined;
  }

  /** Ends all that this epoch has begun, on either side; each with an error of its own, for its stack. */
  end(error: () => OrielError): void {
    this.#open = this.#batch.on = false;
    for (const context of this.#running.values()) context.end(error());
    this.#running.clear();
    for (const id of [...this.#asked.keys()]) this.settle(id, error());
  }

  /** The caller of a call that runs here has given it up. */
  abort(id: string, reason: unknown): void {
    this.#running.get(id)?.end(reason);
  }

  /** @throws DataCloneError */
  note(topic: string, payload: unknown): void {
    this.#post(message('NOTE', { topic, payload }));
  }

  /** Ends the link, and says so to the other side unless `silent`. */
  close(silent: boolean): void {
    this.#silent = silent;
    this.#batch.flush();
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
    for (const handler of this.#handlers) handler(incoming as unknown as PenpalMessage);
  }

  #post(outgoing: Message, transfer?: readonly Transferable[]): void {
    const { tracer } = this.#listener;
    if (tracer.on) tracer.message('out', outgoing);
    this.#batch.post(outgoing, transfer);
  }

  #send(outgoing: Message, transfer: readonly Transferable[] | undefined): void {
    switch (outgoing.type) {
      case 'SYN':
        this.#own = outgoing.participantId;
        return this.#post({ ...outgoing, oriel: greeting });
      case 'ACK1':
      case 'ACK2':
        this.#post({
          ...outgoing,
          oriel: { ...greeting, ...this.#listener.hello(), to: this.#participant },
        });
        if (outgoing.type === 'ACK2') this.#opened();
        return;
      case 'REPLY':
        return this.#sendReply(outgoing, transfer);
      default:
        if (!this.#silent) this.#post(outgoing);
        this.#batch.flush();
    }
  }

  #unsent({ type, id, callId, methodPath, topic }: Message, cause: unknown): void {
    const error = new NotCloneable(String(methodPath?.[0] ?? topic ?? 'answer'), undefined, { cause });
    if (type === 'CALL') this.settle(id as string, error);
    else if (type === 'REPLY') this.#refuse(callId as string, error);
    else this.#listener.excess(error);
  }

  #sendReply(outgoing: Message, transfer: readonly Transferable[] | undefined): void {
    const { callId = '' } = outgoing;
    const context = this.#running.get(callId);
    // The document that asked is gone.
    if (!context) return;
    this.#running.delete(callId);
    try {
      this.#post(withoutStack(outgoing), transfer);
    } catch (cause) {
      // Caught here: penpal would answer too, but leave an unhandled rejection behind.
      this.#refuse(callId, new NotCloneable(context.member, undefined, { cause }));
    }
  }

  #hear(incoming: Message, origin: string): void {
    this.heardAt = performance.now();
    // What was asked for makes nobody wait but whoever has asked.
    const answer = incoming.type === 'REPLY' && this.#asked.has(incoming.callId as string);
    if (answer || this.#bear()) this.#receive(incoming, origin);
  }

  /** Whether one more message can be borne, whatever it says: a page that hears nothing else stands still. */
  #bear(): boolean {
    if (this.#deaf) return false;
    if (!this.#backlog || this.#backlog.take(performance.now())) return true;
    this.#deaf = true;
    const { limits, tracer, excess, flooded } = this.#listener;
    const error = new LimitExceeded('waiting messages', limits.backlog);
    tracer.refused(error.limit);
    excess(error);
    flooded();
    return false;
  }

  #receive(incoming: Message, origin: string): void {
    const { tracer, note } = this.#listener;
    if (tracer.on) tracer.message('in', incoming);
    switch (incoming.type) {
      case 'SYN':
        return this.#receiveSyn(incoming, origin);
      case 'ACK1':
      case 'ACK2':
        return this.#receiveAck(incoming);
      case 'REFUSE':
        // Once greeted, both have agreed already.
        if (!this.#greeted) this.#listener.greeted(incoming.oriel as Hello);
        return;
      case 'BATCH':
        if (!this.#open || !Array.isArray(incoming.items)) return;
        for (const item of incoming.items) if (isInner(item)) this.#receive(item, origin);
        return;
      case 'NOTE':
        if (this.#open && this.#admit() && typeof incoming.topic === 'string')
          note(incoming.topic, incoming.payload);
        return;
      case 'CALL':
        return this.#receiveCall(incoming, origin);
      case 'REPLY': {
        const id = incoming.callId as string;
        const caller = this.#asked.get(id);
        this.#asked.delete(id);
        if (caller) caller.answer(incoming);
        else if (this.#open && !incoming.isError) this.#listener.late(incoming.value);
        return;
      }
      case 'DESTROY':
        return this.#listener.destroyed();
    }
  }

  #receiveCall(incoming: Message, origin: string): void {
    const { id, methodPath } = incoming;
    if (!this.#open || typeof id !== 'string' || !Array.isArray(methodPath) || !Array.isArray(incoming.args))
      return;
    const { calls } = this.#listener.limits;
    // What a pull brings is bounded by its credit already, where there is a stream to pull at.
    const path = pathOf(methodPath);
    const pulls = path[0] === mark && path[1] === 'pull' && this.#listener.pulls(incoming.args[0]);
    if (!pulls && !this.#admit(id)) return;
    if (this.#running.size >= calls) return this.#refuse(id, new LimitExceeded('open calls', calls));
    this.context = new Context(path[0] as string, origin, this.#listener.epoch, this.claims);
    this.#running.set(id, this.context);
    this.#deliver(path === methodPath ? incoming : { ...incoming, methodPath: path });
    this.context = undefined;
  }

  /** Whether one more message is not too much. What is refused is told once, until another passes. */
  #admit(id?: string): boolean {
    const { limits, rate, tracer } = this.#listener;
    const verdict = rate.take(this.heardAt);
    if (verdict === 'pass') this.#refusing = false;
    else {
      const error = new LimitExceeded('messages a second', limits.rate);
      if (id !== undefined) this.#refuse(id, error);
      if (!this.#refusing) {
        tracer.refused(error.limit);
        this.#listener.excess(error);
      }
      this.#refusing = true;
      if (verdict === 'flood') this.#listener.flooded();
    }
    return verdict === 'pass';
  }

  #refuse(callId: string, error: OrielError): void {
    const { name, message: text } = error;
    const value = this.extended ? encode(error, false) : { name, message: text };
    this.#post(
      message('REPLY', {
        callId,
        isError: true,
        value,
        ...(!this.extended && { isSerializedErrorInstance: true }),
      }),
    );
  }

  #receiveSyn(incoming: Message, origin: string): void {
    if (typeof incoming.participantId !== 'string') return;
    if (incoming.participantId !== this.#participant) {
      this.#participant = incoming.participantId;
      this.#greeting = incoming.oriel;
      this.#greeted = false;
      this.origin = origin;
      this.#listener.ended();
    }
    this.#deliver(incoming);
  }

  #receiveAck(incoming: Message): void {
    // An acknowledgement without a handshake, or a second one, is nobody's.
    if (this.#participant === undefined || this.#greeted) return;
    const theirs = incoming.oriel as Hello | undefined;
    // Whoever has greeted says hello too: without one, every member of the other side would be unknown.
    if (this.extended && !theirs) return;
    // Meant for the document that stood here before: penpal's own acknowledgements don't say to whom.
    if (theirs?.to !== undefined && theirs.to !== this.#own) return;
    if (!this.#listener.greeted(theirs)) {
      this.#post(message('REFUSE', { oriel: { ...greeting, ...this.#listener.hello() } }));
      return;
    }
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
        if (!this.#open || participant !== this.#participant) return;
        this.#batch.on = featuresOf(this.#greeting).includes('b');
        this.#listener.opened();
      },
      () => {},
    );
  }
}

// What stands in a batch comes from outside like everything else; a handshake stands in none.
function isInner(item: unknown): item is Message {
  const { type } = Object(item) as Message;
  return type === 'CALL' || type === 'REPLY' || type === 'NOTE';
}

/** A member, or one of the kit's own methods; members have no members, and what isn't a name is no member's. */
function pathOf(path: readonly unknown[]): readonly string[] {
  const [name, inner] = path;
  const own = name === mark && typeof inner === 'string' && path.length === 2;
  const member = typeof name === 'string' && name !== mark && path.length === 1;
  return own || member ? (path as readonly string[]) : [''];
}

function featuresOf(greeting: unknown): string {
  const { f } = Object(greeting) as { f?: unknown };
  return typeof f === 'string' ? f : '';
}

// Penpal sends the stack of each error that it takes apart: where our code stands is nobody's business.
function withoutStack(reply: Message): Message {
  if (!reply.isSerializedErrorInstance) return reply;
  return { ...reply, value: { ...(reply.value as object), stack: undefined } };
}
