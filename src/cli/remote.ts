import { CliError, exits } from './exit.js';

/** Options of all commands that speak with a gateway. */
export const remoteOptions = {
  url: {
    flags: '--url <url>',
    description: "the gateway's address",
    default: 'http://127.0.0.1:8080',
    env: 'ORIEL_URL',
  },
  token: { flags: '--token <token>', description: 'a token that it takes', env: 'ORIEL_TOKEN' },
} as const;

/** What a gateway refuses or fails with (RFC 9457). */
interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly issues?: readonly { readonly message?: string; readonly path?: readonly PropertyKey[] }[];
}

/** A gateway that runs elsewhere, as a command speaks with it. */
export class Remote {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;

  /** @throws CliError for an address that is none */
  constructor(base: string, token: string | undefined, signal: AbortSignal) {
    if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol))
      throw new CliError(
        exits.usage,
        `"${base}" is no address of a gateway. Write it as http://localhost:8080`,
      );
    this.#base = base.replace(/\/$/, '');
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#signal = signal;
  }

  /**
   * Asks, and gives the answer if it is a good one.
   * @throws CliError: 69 where there is no answer or the gateway can't give one now, 1 where it refuses
   */
  async ask(path: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const url = this.#base + path;
    let response: Response;
    try {
      const its = { signal: this.#signal, ...init, headers: { ...this.#headers, ...headers } };
      response = await fetch(url, its);
    } catch (error) {
      if (this.#signal.aborted) throw error;
      throw new CliError(exits.unavailable, `No answer from ${new URL(url).origin}: ${whyNot(error)}`, {
        cause: error,
      });
    }
    if (response.ok) return response;
    throw await refusalOf(response);
  }

  async json(path: string, init?: RequestInit): Promise<object> {
    const response = await this.ask(path, init);
    try {
      return (await response.json()) as object;
    } catch (cause) {
      throw new CliError(exits.failed, `${this.#base}${path} is no JSON: is that a gateway?`, { cause });
    }
  }
}

/** The gateway could not answer for now, which may pass. */
export function mayPass(error: unknown): boolean {
  return error instanceof CliError && error.exit === exits.unavailable;
}

async function refusalOf(response: Response): Promise<CliError> {
  const text = await response.text().catch(() => '');
  const { status, url } = response;
  const problem = problemOf(text);
  if (problem?.code !== undefined || problem?.detail !== undefined)
    return new CliError([429, 503].includes(status) ? exits.unavailable : exits.failed, tellProblem(problem));
  // A proxy before it, perhaps.
  const exit = [429, 502, 503, 504].includes(status) ? exits.unavailable : exits.failed;
  return new CliError(exit, `${url} answers ${status}, and not as a gateway does.`);
}

/** A problem, for people. */
export function tellProblem({ code, detail = '', issues = [] }: Problem): string {
  const where = issues
    .filter(({ message }) => message !== undefined && !detail.includes(message))
    .map(({ message, path = [] }) => `\n  ${path.join('.') || '(all of it)'}: ${message}`);
  return `${code === undefined ? '' : `${code}: `}${detail}${where.join('')}`;
}

function problemOf(text: string): Problem | undefined {
  try {
    return Object(JSON.parse(text)) as Problem;
  } catch {
    return; // a proxy's page, such as
  }
}

/** Why a request was not answered: Node keeps it in the cause. */
export function whyNot(error: unknown): string {
  const { cause, message } = Object(error) as {
    cause?: { code?: string; message?: string };
    message?: string;
  };
  if (cause?.code === 'ECONNREFUSED') return 'nothing listens there. Is it running?';
  if (cause?.code === 'ENOTFOUND') return 'there is no such host.';
  return cause?.message || cause?.code || String(message);
}
