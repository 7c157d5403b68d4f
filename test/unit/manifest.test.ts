// custom-elements.json against the element itself, and against the README.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string) => readFileSync(root + name, 'utf8');

interface Item {
  readonly name: string;
  readonly description?: string;
  readonly type?: { readonly text: string };
  readonly kind?: string;
  readonly attribute?: string;
  readonly fieldName?: string;
  readonly default?: string;
}
type Lists = 'attributes' | 'members' | 'events' | 'slots' | 'cssParts' | 'cssProperties' | 'cssStates';
type Declaration = { readonly name: string; readonly tagName?: string } & Record<Lists, readonly Item[]>;
interface Module {
  readonly path: string;
  readonly declarations: readonly Declaration[];
  readonly exports: readonly { readonly declaration: { readonly module: string } }[];
}

const { modules } = JSON.parse(read('custom-elements.json')) as { modules: readonly Module[] };
const frame = modules
  .flatMap(({ declarations }) => declarations)
  .find(({ tagName }) => tagName === 'oriel-frame') as Declaration;
const names = (items: readonly Item[]) => items.map(({ name }) => name).sort();
const source = ['frame/frame', 'frame/iframe', 'frame/views', 'controllers/freshness']
  .map((name) => read(`dist/elements/${name}.js`))
  .join('');
const freshness = ['catching-up', 'live', 'reset', 'stale'];
const css = read('dist/elements/frame/frame.styles.js');
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name as string))].sort();

test('the manifest lists the attributes that the element observes, and autofocus, which is any element’s', async () => {
  const { OrielFrame } = await import(`${root}dist/index.js`);
  assert.deepEqual(names(frame.attributes), [...OrielFrame.observedAttributes, 'autofocus'].sort());
});

test('each property of the manifest is one of the element, and none is private', async () => {
  const { OrielFrame } = await import(`${root}dist/index.js`);
  const own = Object.getOwnPropertyNames(OrielFrame.prototype);
  for (const { name } of frame.members) assert.ok(own.includes(name), name);
  const set = [...OrielFrame.elementProperties.keys()] as string[];
  const listed = names(frame.members);
  for (const name of set) assert.ok(listed.includes(name), `${name} is missing`);
  const more = listed.filter((name) => !set.includes(name));
  assert.deepEqual(more, ['focus', 'guest', 'peer', 'ready', 'reload', 'retry', 'staleSince']);
});

test('the manifest lists the events whose classes there are, with their types', async () => {
  const kit = await import(`${root}dist/index.js`);
  const classes = Object.entries(kit).filter(([name]) => /^Oriel\w+Event$/.test(name));
  assert.deepEqual(
    frame.events.map(({ name, type }) => `${name} ${type?.text}`).sort(),
    classes.map(([name, { type }]: [string, any]) => `${type} ${name}`).sort(),
  );
});

test('slots, parts, states and custom properties are those that the element has', () => {
  const slots = found(source, /<slot name="([\w-]+)"/g);
  // Of freshness, each state has its slot.
  assert.match(source, /<slot name=\$\{state\}>/);
  assert.deepEqual(names(frame.slots), ['', ...freshness, ...slots].sort());
  assert.deepEqual(
    names(frame.cssParts),
    [...new Set([...found(source, / part="([\w-]+)"/g), ...found(source, /'part', '([\w-]+)'/g)])].sort(),
  );
  assert.deepEqual(
    names(frame.cssStates),
    [...freshness, 'connecting', 'failed', 'idle', 'loading', 'ready'].sort(),
  );
  for (const state of names(frame.cssStates)) assert.match(source, new RegExp(`'${state}'`));
  const properties = names(frame.cssProperties);
  assert.deepEqual(properties, found(css, /var\((--oriel-[\w-]+)/g));
  for (const property of frame.cssProperties)
    assert.ok(
      css.replace(/\s+/g, ' ').includes(`var(${property.name}, ${property.default})`),
      `${property.name} is not ${property.default}`,
    );
});

test('everything in the manifest is described, and typed where it has a type', () => {
  for (const list of [
    'attributes',
    'members',
    'events',
    'slots',
    'cssParts',
    'cssProperties',
    'cssStates',
  ] as const) {
    for (const item of frame[list]) assert.ok(item.description, `${list}: ${item.name} has no description`);
  }
  for (const { name, type } of [...frame.attributes, ...frame.events]) assert.ok(type?.text, name);
  for (const { name, type, kind } of frame.members) assert.ok(kind === 'method' || type?.text, name);
});

test('an attribute’s default is its property’s', async () => {
  const { OrielFrame } = await import(`${root}dist/index.js`);
  customElements.define('test-frame', OrielFrame); // Lit's stand-in for Node
  const element = new OrielFrame();
  for (const { default: preset, fieldName, name, type } of frame.attributes) {
    if (!fieldName) continue;
    const value = element[fieldName] || (type?.text === 'number' ? 0 : undefined);
    assert.equal(preset, value === undefined ? undefined : String(value), name);
  }
});

test('each module of the manifest is a file of the package', () => {
  for (const { path, exports } of modules) {
    assert.ok(read(path).length > 0, path);
    for (const { declaration } of exports) assert.ok(read(declaration.module).length > 0);
  }
});

test('the README lists the same attributes, slots, parts, states, events and methods', () => {
  const readme = read('README.md');
  const section = readme.slice(readme.indexOf('### Attributes'), readme.indexOf('## The guest'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const ticked = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
  assert.deepEqual(
    rows.flatMap((row) => ticked(row.split('|')[1] as string)).sort(),
    names(frame.attributes),
  );
  const sentence = (title: string) => {
    const [, text = ''] = new RegExp(`${title}: ([^.]+)\\.`).exec(section) ?? [];
    return ticked(text)
      .map((name) => name.replace(/^:state\((\w+)\)$|\(\)$/, '$1'))
      .sort();
  };
  assert.deepEqual(sentence('Slots'), names(frame.slots).filter(Boolean));
  assert.deepEqual(sentence('Parts'), names(frame.cssParts));
  assert.deepEqual(sentence('States'), names(frame.cssStates));
  assert.deepEqual(sentence('Events'), names(frame.events));
  assert.deepEqual(sentence('Methods'), names(frame.members.filter(({ kind }) => kind === 'method')));
});
