// A client that follows the events of a gateway as a page would: by HTTP, from where it was, and over breaks.
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { Backoff, type Retry } from '../../dist/channels/backoff.js';
import { Resume } from '../../dist/events/index.js';

export interface FollowerOptions {
  readonly url: string;
  readonly contract: string;
  /** The line is dead after two and a half of the server's beats without a word, in ms. */
  readonly beat?: number;
  readonly retry?: Retry;
}

/** When it tried, in ms, and what came of it. */
export interface Attempt {
  readonly at: number;
  status?: number | undefined;
  /** After how many ms the server wants to see it again. */
  after?: number | undefined;
}

export class Follower {
  readonly resume = new Resume({ after: 'earliest' });
  readonly attempts: Attempt[] = [];
  /** The numbers of what it was shown, in order. */
  readonly seen: number[] = [];
  /** For how long each was on its way, in ms. */
  readonly delays: number[] = [];
  /** What else was said, such as `live`. */
  readonly said: string[] = [];
  readonly #options: FollowerOptions;
  readonly #backoff: Backoff;
  #response: IncomingMessage | undefined;
  #request: ClientRequest | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.retry);
    this.#connect();
  }

  /** Reads nothing any more, until `read` is called. */
  stall(): void {
    this.#response?.pause();
  }

  read(): void {
    this.#response?.resume();
  }

  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#request?.destroy();
  }

  #connect(): void {
    const { url, contract } = this.#options;
    const attempt: Attempt = { at: performance.now() };
    this.attempts.push(attempt);
    const query = new URLSearchParams({ topic: 'told', after: this.resume.position });
    const request = get(`${url}/${contract}/events?${query}`, { agent: false });
    this.#request = request;
    this.#heard();
    request.on('error', () => {}); // it closes next
    request.once('close', () => {
      if (request !== this.#request || this.#over) return;
      this.resume.lost();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#connect(), this.#backoff.next(attempt.after));
    });
    request.once('response', (response) => {
      attempt.status = response.statusCode;
      if (response.statusCode === 200) return this.#read(response, attempt);
      attempt.after = Number(response.headers['retry-after'] ?? 0) * 1000;
      response.resume();
    });
  }

  #read(response: IncomingMessage, attempt: Attempt): void {
    this.#response = response;
    this.#backoff.opened();
    this.resume.connected();
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      this.#heard();
      const frames = (text + chunk).split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) this.#hear(frame, attempt);
    });
  }

  /** No more is heard of a line that is dead, not even its end. */
  #heard(): void {
    const { beat } = this.#options;
    if (!beat) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#request?.destroy(), 2.5 * beat);
  }

  #hear(frame: string, attempt: Attempt): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
    const [name, cursor, data] = [field('event'), field('id') ?? '', JSON.parse(field('data') ?? 'null')];
    if (name === undefined) {
      if (!this.resume.hear({ cursor, event: data })) return void this.said.push('again');
      this.seen.push(data.data.n);
      this.delays.push(performance.timeOrigin + performance.now() - data.data.at);
      return;
    }
    this.said.push(name === 'end' ? data.reason : name);
    if (name === 'end') attempt.after = data.retry;
    else if (name === 'reset') this.resume.reset(data);
    else if (name === 'replayed' || name === 'live') this.resume.reached(name, data.cursor);
  }
}
