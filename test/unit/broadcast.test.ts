import { test } from 'node:test';
import { broadcast } from '../../dist/channels/broadcast.js';
import { busSuite } from '../contracts/bus.js';
import { channelSuite } from '../contracts/channel.js';
import { startGuest } from '../contracts/suite.guest.js';

const nodeTest = (title: string, run: () => Promise<void>) => void test(title, { timeout: 20_000 }, run);
let names = 0;

channelSuite({
  test: nodeTest,
  name: 'broadcast',
  transfers: false,
  async open(limits) {
    const name = `suite ${names++}`;
    const guest = startGuest(broadcast(name), limits);
    return { channel: broadcast(name), close: () => guest.close() };
  },
});

busSuite({
  test: nodeTest,
  name: 'broadcast',
  join() {
    const name = `bus ${names++}`;
    return () => broadcast(name);
  },
  overhear(frames) {
    // Every bus of this file is one of these.
    const bus = new BroadcastChannel(`bus ${names - 1}`);
    bus.onmessage = ({ data }) => frames.push(data);
    return { post: (frame) => bus.postMessage(frame), close: () => bus.close() };
  },
});
