// Who may connect is listed exactly. Whatever else is written is refused when it is written, not when somebody comes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sockets } from '../../dist/channels/websocket-server.js';
import { toFrame, toParent } from '../../dist/channels/window.js';

const lists: Record<string, (allowOrigins: never) => unknown> = {
  toFrame: (allowOrigins) => toFrame(() => undefined, { allowOrigins }),
  toParent: (allowOrigins) => toParent({ allowOrigins }),
  sockets: (allowOrigins) => sockets({ on: () => {}, off: () => {} }, { allowOrigins }),
};

const refused: Record<string, unknown> = {
  'a pattern': [/crm\.example/],
  'a pattern that is anchored': [/^https:\/\/crm\.example$/],
  'a pattern in words': ['https://*.crm.example'],
  'a host without a scheme': ['crm.example'],
  'an address with a path': ['https://crm.example/'],
  'a port that is the usual one': ['https://crm.example:443'],
  'what every opaque page has for an origin': ['null'],
  'an address that is code': ['javascript://crm.example'],
  'an empty one': [''],
  'one that is none beside one that is': ['https://crm.example', undefined],
  'a lone string': 'https://crm.example',
  nothing: undefined,
};

for (const [name, listed] of Object.entries(lists)) {
  for (const [what, allowOrigins] of Object.entries(refused)) {
    test(`${name} refuses ${what}`, () => {
      assert.throws(() => listed(allowOrigins as never), {
        code: 'bad-origin',
        message: /allowOrigins.*https:/,
      });
    });
  }
  test(`${name} takes exact origins, those of an app's own scheme, any, and none`, () => {
    for (const allowOrigins of [
      ['https://crm.example', 'http://127.0.0.1:8080', 'http://[::1]:8080'],
      ['capacitor://localhost', 'chrome-extension://abcdefghijklmnop'],
      ['*'],
      [],
    ])
      listed(allowOrigins as never);
  });
}
