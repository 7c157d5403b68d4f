import { test } from 'node:test';
import { memory } from '../../dist/channels/memory.js';
import { channelSuite } from '../contracts/channel.js';
import { startGuest } from '../contracts/suite.guest.js';

channelSuite({
  test: (title, run) => void test(title, { timeout: 10_000 }, run),
  name: 'memory',
  transfers: true,
  async open(limits) {
    const channels = memory();
    const guest = startGuest(channels.guest, limits);
    return { channel: channels.host, close: () => guest.close() };
  },
});
