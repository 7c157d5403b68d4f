import { expect } from '@open-wc/testing';
import { guestUrl } from '../support/sites-url.js';
import { cleanUp, keep } from './frame-support.js';

teardown(cleanUp);

// What Lit's copies on a page share: new names, no patch.
const lits = ['litElementVersions', 'litHtmlVersions', 'reactiveElementVersions', 'litPropertyMetadata'];

test('descriptors of window, document, history and their prototypes are the same on both sides', async () => {
  const host = keep(document.createElement('iframe'));
  const told = new Promise<Record<string, string[]>>((resolve) =>
    addEventListener('message', function hear({ source, data }) {
      if (source !== host.contentWindow || !data?.guest) return;
      removeEventListener('message', hear);
      resolve(data);
    }),
  );
  host.src = guestUrl('untouched-host.html', { site: 3, guest: guestUrl('untouched.html') });
  document.body.append(host);
  const { guest, during = [], after = [] } = await told;
  expect(guest).to.deep.equal([]);
  for (const changed of [during, after])
    expect(changed.filter((name) => !lits.includes(name.replace('window.', '')))).to.deep.equal([]);
});
