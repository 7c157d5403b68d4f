// A guest whose content has a size of its own, which its buttons change.
import { connectHost, contract } from '/oriel-guest.js';

const box = document.querySelector('.box');
connectHost(contract({ name: 'demo.box', version: '1.0.0' }), { allowOrigins: [box.dataset.host] });

let size = 1;
const [grow, shrink] = document.querySelectorAll('button');
grow.addEventListener('click', () => resize(size + 1));
shrink.addEventListener('click', () => resize(size - 1));

function resize(next) {
  size = Math.max(1, Math.min(6, next));
  box.style.inlineSize = `${180 + 40 * size}px`;
  box.style.blockSize = `${80 + 40 * size}px`;
}
resize(1);
