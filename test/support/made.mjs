// Files that tests need and nobody has to have drawn: each is written here, byte by byte.

/** A font of one glyph, `A`, whose lines are three times as high as it is big. */
export function tallFont() {
  const em = 1000;
  const [ascent, descent] = [2 * em, -em];
  const box = glyph(0, 0, em, em);
  const tables = {
    'OS/2': bytes(
      [2, 4], // version, of which nothing but the metrics is used
      [2, em, 400, 5, 0, em, em, 0, 0, em, em, 0, 0, 50, 300, 0],
      [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // sFamilyClass above; panose
      [4, 1, 0, 0, 0],
      [1, ...Buffer.from('NONE')],
      [2, 0x40, 65, 65, ascent, descent, 0, ascent, -descent],
      [4, 1, 0],
      [2, em, em, 0, 65, 0],
    ),
    // Format 4: one segment for `A`, and the one that ends the list.
    cmap: bytes(
      [2, 0, 1, 3, 1],
      [4, 12],
      [2, 4, 32, 0, 4, 4, 1, 0, 65, 0xffff, 0, 65, 0xffff, 1 - 65, 1, 0, 0],
    ),
    glyf: box,
    head: bytes(
      [4, 0x10000, 0x10000, 0, 0x5f0f3cf5],
      [2, 3, em],
      [4, 0, 0, 0, 0],
      [2, 0, 0, em, em, 0, 8, 2, 0, 0],
    ),
    hhea: bytes([4, 0x10000], [2, ascent, descent, 0, em, 0, 0, em, 0, 1, 0, 0, 0, 0, 0, 0, 2]),
    hmtx: bytes([2, em, 0, em, 0]),
    loca: bytes([2, 0, 0, box.length / 2]), // the first glyph is the missing one, and empty
    maxp: bytes([4, 0x10000], [2, 2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
    name: named({ 1: 'Tall', 2: 'Regular', 4: 'Tall', 6: 'Tall' }),
    post: bytes([4, 0x30000, 0], [2, 0, 0], [4, 0, 0, 0, 0, 0]),
  };
  return sfnt(tables);
}

function glyph(left, low, right, high) {
  return bytes(
    [2, 1, left, low, right, high, 3, 0], // one contour that ends with its fourth point; no instructions
    [1, 1, 1, 1, 1],
    [2, left, 0, right - left, 0, low, high - low, 0, low - high],
  );
}

function named(names) {
  const texts = Object.entries(names).map(([id, text]) => [
    Number(id),
    Buffer.from(text, 'utf16le').swap16(),
  ]);
  let at = 0;
  const records = texts.map(([id, text]) => {
    const record = bytes([2, 3, 1, 0x409, id, text.length, at]);
    at += text.length;
    return record;
  });
  return Buffer.concat([
    bytes([2, 0, texts.length, 6 + 12 * texts.length]),
    ...records,
    ...texts.map(([, text]) => text),
  ]);
}

function sfnt(tables) {
  const entries = Object.entries(tables);
  let at = 12 + 16 * entries.length;
  const records = [];
  const bodies = [];
  for (const [tag, body] of entries) {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    records.push(Buffer.from(tag), bytes([4, sum(padded), at, body.length]));
    bodies.push(padded);
    at += padded.length;
  }
  const power = Math.floor(Math.log2(entries.length));
  const search = 16 * 2 ** power;
  return Buffer.concat([
    bytes([4, 0x10000], [2, entries.length, search, power, 16 * entries.length - search]),
    ...records,
    ...bodies,
  ]);
}

function sum(body) {
  let total = 0;
  for (let at = 0; at < body.length; at += 4) total = (total + body.readUInt32BE(at)) >>> 0;
  return total;
}

/** A film of one grey picture, as WebM with VP8. */
export function clip(width, height) {
  const picture = vp8(width, height);
  const track = element(
    0xae,
    element(0xd7, [1]), // number
    element(0x73c5, [1]), // id
    element(0x83, [1]), // video
    element(0x86, Buffer.from('V_VP8')),
    element(0xe0, element(0xb0, bytes([2, width])), element(0xba, bytes([2, height]))),
  );
  const info = element(
    0x1549a966,
    element(0x2ad7b1, bytes([4, 1_000_000])), // a tick is a millisecond
    element(0x4489, float(40)),
    element(0x4d80, Buffer.from('test')),
    element(0x5741, Buffer.from('test')),
  );
  const header = element(
    0x1a45dfa3,
    element(0x4286, [1]),
    element(0x42f7, [1]),
    element(0x42f2, [4]),
    element(0x42f3, [8]),
    element(0x4282, Buffer.from('webm')),
    element(0x4287, [2]),
    element(0x4285, [2]),
  );
  const block = element(0xa3, [0x81, 0, 0, 0x80], picture);
  const cluster = element(0x1f43b675, element(0xe7, [0]), block);
  return Buffer.concat([header, element(0x18538067, info, element(0x1654ae6b, track), cluster)]);
}

// A key picture whose coded parts are all noughts, which any decoder reads as one colour.
function vp8(width, height) {
  const first = Buffer.alloc(64);
  const tag = 0b10000 | (first.length << 5); // a key picture that is shown
  const size = [width & 255, width >> 8, height & 255, height >> 8];
  const rest = Buffer.alloc(Math.ceil(width / 16) * Math.ceil(height / 16));
  return Buffer.concat([
    Buffer.from([tag & 255, (tag >> 8) & 255, tag >> 16, 0x9d, 1, 0x2a, ...size]),
    first,
    rest,
  ]);
}

function element(id, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const name = Buffer.from(id.toString(16), 'hex');
  return Buffer.concat([name, bytes([4, 0x10000000 | body.length]), body]);
}

function float(value) {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return buffer;
}

/** `bytes([2, 1, -1], [4, 7])`: two numbers of two bytes each, and one of four, big end first. */
function bytes(...groups) {
  return Buffer.concat(
    groups.flatMap(([size, ...values]) =>
      values.map((value) => {
        const buffer = Buffer.alloc(size);
        buffer.writeUIntBE(value < 0 ? value + 256 ** size : value, 0, size);
        return buffer;
      }),
    ),
  );
}
