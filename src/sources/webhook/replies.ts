/** Answers to the sender. A problem is one of RFC 9457. */
const problem = (status: number, title: string, detail: string, headers: Record<string, string> = {}) =>
  Response.json(
    { title, status, detail },
    { status, headers: { ...headers, 'content-type': 'application/problem+json' } },
  );

export const replies = {
  /** Kept, now or before. */
  kept: () => new Response(null, { status: 204 }),
  /** It can't be used, but it was put aside: sending it again would change nothing. */
  dead: (reason: string) => problem(202, 'Accepted', `It stands among the dead letters: ${reason}`),
  unauthorized: (why: string) => problem(401, 'Unauthorized', why),
  tooLarge: (limit: number) => problem(413, 'Content Too Large', `A body may have ${limit} bytes at most.`),
  /** The sender comes again, after a while. */
  later: () =>
    problem(503, 'Service Unavailable', 'It could not be kept. Send it again.', { 'retry-after': '5' }),
};
