// Says beside each example what its frame says, and loads it again on demand.

import { scripts } from '/gallery-scripts.js';
import { contract } from '/oriel.js';

for (const example of document.querySelectorAll('.example')) {
  const frame = example.querySelector('oriel-frame');
  if (!frame) continue;
  const said = example.querySelector('.said');
  const say = ({ code, message }) => {
    said.replaceChildren(Object.assign(document.createElement('code'), { textContent: code }), ` ${message}`);
  };
  frame.addEventListener('oriel-error', say);
  frame.addEventListener('oriel-ready', () => example.id !== 'bad-contract' && said.replaceChildren());
  example.querySelector('.reload').addEventListener('click', () => {
    said.replaceChildren();
    frame.reload();
    scripts[example.id]?.({ frame, contract, say });
  });
  scripts[example.id]?.({ frame, contract, say });
}
