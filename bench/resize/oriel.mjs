import { contract } from '../../dist/contract/index.js';
import { connectHost } from '../../dist/guest/index.js';
import '../../dist/elements/frame/define.js';

const bench = contract({ name: 'bench.resize', version: '1.0.0' });
export const guest = () => connectHost(bench, { allowOrigins: ['*'] });
export function mount(url) {
  const element = document.createElement('oriel-frame');
  element.src = url;
  document.body.append(element);
  return {
    element,
    window: () => element.renderRoot?.querySelector('iframe')?.contentWindow,
    ready: () => element.ready,
  };
}
