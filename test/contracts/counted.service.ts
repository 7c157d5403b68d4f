import { type Listener, type Service, serve } from '../../dist/bridge/index.js';
import { counted } from './counted.contract.js';

export function serveCounted(at: Listener, unresponsiveAfter: number): Service<typeof counted> {
  const service: Service<typeof counted> = serve(
    counted,
    (own) => ({
      clients: () => service.clients.size,
      askTheOther: async () => {
        const other = [...service.clients].find((client) => client !== own);
        const code = await other?.remote.never().catch((error: { code: string }) => error.code);
        return code ?? 'answered';
      },
    }),
    at,
    { unresponsiveAfter, onError: () => {} },
  );
  return service;
}
