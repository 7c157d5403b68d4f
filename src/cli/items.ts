import { CliError, exits } from './exit.js';
import { linesOf } from './ndjson.js';
import { tellProblem, whyNot } from './remote.js';

/**
 * What a gateway gives item by item, as lines of JSON.
 * @throws CliError for the error that a gateway ends it with, and where it is cut off
 */
export async function* itemsOf(response: Response, signal: AbortSignal): AsyncGenerator<unknown, undefined> {
  try {
    for await (const line of linesOf(response.body as unknown as AsyncIterable<Uint8Array>)) {
      const { item, error } = JSON.parse(line);
      if (error) throw new CliError(exits.failed, tellProblem(error));
      yield item;
    }
  } catch (error) {
    if (error instanceof CliError || signal.aborted) throw error;
    throw new CliError(exits.unavailable, `The stream was cut off: ${whyNot(error)}`, { cause: error });
  }
}
