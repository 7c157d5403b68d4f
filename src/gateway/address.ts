/**
 * By what clients without a token are told apart: an address, and of IPv6 its network of 64 bits, since whoever has one
 * address there has them all.
 */
export function placeOf(address = ''): string {
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address) ?? [];
  if (mapped || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = (address.split('%')[0] as string).split('::').map((part) => part.split(':'));
  const groups = tail ? [...head, ...Array(8).fill('0')] : head;
  return `${(groups as string[])
    .filter(Boolean)
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`;
}

/**
 * The address of a client that comes through proxies, each of which adds whom it was asked by to `X-Forwarded-For`. What
 * stands before those is the client's own word.
 * @param remote - Who connects to this server: the last of them.
 * @param proxies - How many there are.
 */
export function forwardedFor(
  header: string | string[] | undefined,
  remote: string | undefined,
  proxies: number,
): string | undefined {
  if (!proxies) return remote;
  const told = [header].flat().join(',').split(',').at(-proxies)?.trim() ?? '';
  // Some write a port behind it.
  const [, bracketed, plain] =
    /^(?:\[([\da-f:.]+)\](?::\d+)?|([\da-f:]+|[\d.]+)(?::\d+)?)$/i.exec(told) ?? [];
  return bracketed ?? plain ?? remote;
}
