import { expect } from '@open-wc/testing';
import { guestUrl, origin } from '../support/sites-url.js';
import { once } from '../support/wait.js';

suite('two sites', () => {
  test('a guest is on another site than the page', async () => {
    expect(location.hostname).to.equal('127.0.0.1');
    const frame = document.createElement('iframe');
    frame.src = guestUrl('server/origin.html');
    const heard = once<MessageEvent>(window, 'message');
    document.body.append(frame);
    const { data, origin: from } = await heard;
    frame.remove();
    expect(data).to.equal(origin(2));
    expect(from).to.equal(origin(2));
  });
});
