/** A name that no other life of a log has: 32 hexadecimal digits. */
export const newEpoch = (): string => crypto.randomUUID().replaceAll('-', '');
