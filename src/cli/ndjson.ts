/** Lines of a body that comes piece by piece; empty ones, which only say that it is alive, are left out. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() as string;
    yield* parts.filter(Boolean);
  }
  if (rest) yield rest;
}
