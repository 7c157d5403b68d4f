import { contract } from '../../dist/contract/index.js';
import { connectHost } from '../../dist/guest/index.js';
import '../../dist/elements/frame/define.js';

const bench = contract({ name: 'bench.height', version: '1.0.0' });
export const guest = () => void connectHost(bench, { allowOrigins: ['*'] });
export async function mount(url, place) {
  const element = document.createElement('oriel-frame');
  element.src = url;
  place.append(element);
  await element.ready;
  return element.renderRoot.querySelector('iframe');
}
