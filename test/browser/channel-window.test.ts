import { toFrame } from '../../dist/channels/window.js';
import { channelSuite } from '../contracts/channel.js';
import { guestUrl } from '../support/sites-url.js';

for (const sandbox of [undefined, 'allow-scripts'])
  channelSuite({
    test: (title, run) => void test(title, run),
    name: sandbox ? 'a window without an origin' : 'a window of another origin',
    transfers: true,
    async open(limits) {
      const frame = document.createElement('iframe');
      if (sandbox) frame.setAttribute('sandbox', sandbox);
      document.body.append(frame);
      const src = guestUrl('bridge/suite.html', limits ? { limits: JSON.stringify(limits) } : {});
      const allowOrigins = [sandbox ? '*' : new URL(src).origin];
      frame.src = src;
      return {
        channel: toFrame(() => frame.contentWindow, { allowOrigins }),
        close: () => frame.remove(),
      };
    },
  });
