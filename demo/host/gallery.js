// The examples are HTML alone, but for two that need a contract: theirs is in data-contract.
import { contract } from '/oriel.js';

for (const frame of document.querySelectorAll('oriel-frame[data-contract]')) {
  const [name, version] = frame.dataset.contract.split(' ');
  frame.contract = contract({ name, version });
}
