import { InvalidValue, OrielError } from '../contract/index.js';

/** What an answer of the gateway's own is refused with. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    { headers = {}, ...options }: ErrorOptions & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** An error of a call as RFC 9457 has it, with what the kit's errors say beyond that. */
export interface Problem {
  /** `urn:oriel:error:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly member?: string;
  /** Where in the value, from its root. */
  readonly path?: readonly PropertyKey[];
  readonly issues?: readonly unknown[];
  /** What the service's error carries. */
  readonly data?: unknown;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authorized',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'Not known',
  413: 'Too large',
  415: 'Not JSON',
  422: 'Not valid',
  429: 'Too many requests',
  500: 'The service failed',
  502: 'The service answered wrongly',
  503: 'Not available',
  504: 'The service took too long',
};

const statuses: Readonly<Record<string, number>> = {
  invalid: 422,
  'unknown-member': 404,
  unauthorized: 401,
  'auth-expired': 401,
  'auth-unavailable': 503,
  timeout: 504,
  limit: 429,
  'not-cloneable': 502,
  'log-unavailable': 503,
  'log-closed': 503,
  'log-full': 503,
};

/** The service's fault, not the caller's: what it answered is not what the contract says. */
export class WrongOutput extends Error {
  override readonly name = 'WrongOutput';
}

/** What a caller is told of an error. */
export function problemOf(error: unknown, member?: string): Problem {
  if (error instanceof WrongOutput)
    return { ...problemOf(error.cause, member), status: 502, title: title(502) };
  const { message, code, data } = Object(error) as { message?: unknown; code?: unknown; data?: unknown };
  const known = typeof code === 'string' ? code : 'remote';
  const status = error instanceof Refusal ? error.status : statusOf(error, known);
  return {
    type: `urn:oriel:error:${encodeURIComponent(known)}`,
    title: title(status),
    status,
    detail: typeof message === 'string' && message ? message : 'No reason was given.',
    code: known,
    ...(member !== undefined && { member }),
    ...(error instanceof InvalidValue && { path: error.path, issues: error.issues }),
    ...(isJson(data) && { data }),
  };
}

/** What a bridge carries of an error: the kit's own. */
export function unwrapped(error: unknown): never {
  if (error instanceof WrongOutput) throw error.cause;
  if (error instanceof Refusal) throw new OrielError(error.code, error.message);
  throw error;
}

/** A refusal as an answer. */
export function problemResponse(error: unknown, member?: string): Response {
  const problem = problemOf(error, member);
  const headers = new Headers(error instanceof Refusal ? error.headers : {});
  headers.set('content-type', 'application/problem+json');
  headers.set('cache-control', 'no-store');
  if (problem.status === 401) headers.set('www-authenticate', challenge(problem.code));
  if (problem.status === 429 && !headers.has('retry-after')) headers.set('retry-after', '1');
  if (problem.status === 503 && !headers.has('retry-after')) headers.set('retry-after', '2');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

function challenge(code: string): string {
  return code === 'auth-expired' ? 'Bearer error="invalid_token", error_description="expired"' : 'Bearer';
}

// What a service threw has a code of its own, which may be anything.
function statusOf(error: unknown, code: string): number {
  if (!(error instanceof OrielError)) return 500;
  return (Object.hasOwn(statuses, code) && statuses[code]) || 500;
}

const title = (status: number): string => titles[status] ?? 'Failed';

function isJson(data: unknown): boolean {
  try {
    return data !== undefined && JSON.stringify(data) !== undefined;
  } catch {
    return false;
  }
}
