/** What is read of a body has no end in sight. */
export class TooLarge extends Error {}

/**
 * All bytes of a request.
 * @throws TooLarge as soon as there are more than `limit`, and what the request's own end throws
 */
export async function bodyOf(request: Request, limit: number): Promise<Uint8Array> {
  const said = request.headers.get('content-length');
  if (Number(said) > limit) throw new TooLarge();
  // As one piece where its length is known, which is much faster than a stream.
  if (said !== null) return checked(new Uint8Array(await request.arrayBuffer()), limit);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > limit) throw new TooLarge();
    chunks.push(chunk);
  }
  return joined(chunks, length);
}

function checked(body: Uint8Array, limit: number): Uint8Array {
  if (body.byteLength > limit) throw new TooLarge();
  return body;
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
