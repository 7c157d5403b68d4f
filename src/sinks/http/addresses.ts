import { BlockList, isIP } from 'node:net';

/** What is in IANA's registries of special-purpose addresses, and what clouds serve credentials from. */
const special: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carriers' NAT
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's agent
  ['169.254.0.0', 16], // link-local, and metadata of most clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['2001::', 23], // Teredo among others, which has an IPv4 address inside
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4, likewise
  ['3fff::', 20],
];

const refused = new BlockList();
for (const [network, prefix] of special) refused.addSubnet(network, prefix, familyOf(network));
// Of IPv6 this alone is given to the public; loopback, local, mapped and NAT64 addresses are all outside.
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one that anybody on the internet may reach. */
export function isPublic(address: string): boolean {
  const family = familyOf(address);
  return !refused.check(address, family) && (family === 'ipv4' || global.check(address, family));
}

/** Addresses and ranges: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`. @throws RangeError for what is none of these */
export function ranges(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) addRange(list, entry);
  return (address) => list.check(address, familyOf(address));
}

function addRange(list: BlockList, entry: string): void {
  const [network = '', prefix, more] = entry.split('/');
  const most = isIP(network) === 4 ? 32 : 128;
  const bits = prefix === undefined ? most : Number(prefix);
  if (!isIP(network) || more !== undefined || !/^\d+$/.test(prefix ?? '0') || bits > most)
    throw new RangeError(`"${entry}" is no range of addresses; one is 10.0.0.0/8, or fd00::/8.`);
  list.addSubnet(network, bits, familyOf(network));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
