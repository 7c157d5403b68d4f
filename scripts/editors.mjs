// custom-elements.json -> html-data.json (VS Code) and the types of JSX, React and Vue, in dist/editors/.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes what editors and compilers need to know of the tags, so that it can't say anything else than the manifest. */
export async function writeEditors(root) {
  const { modules } = JSON.parse(await readFile(join(root, 'custom-elements.json'), 'utf8'));
  const elements = modules.flatMap(({ declarations }) => declarations).filter(({ tagName }) => tagName);
  const folder = join(root, 'dist/editors');
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(root, 'html-data.json'), `${JSON.stringify(htmlData(elements), null, 2)}\n`),
    ...Object.entries({ jsx, react, vue }).flatMap(([name, types]) => [
      writeFile(join(folder, `${name}.d.ts`), types(elements)),
      // So that `import 'oriel/react'` does nothing where it's run, and is found.
      writeFile(join(folder, `${name}.js`), 'export {};\n'),
    ]),
  ]);
}

/** https://github.com/microsoft/vscode-html-languageservice/blob/main/docs/customData.md */
export function htmlData(elements) {
  const tags = elements.map(({ tagName, description, attributes, slots, events }) => ({
    name: tagName,
    description: markdown(
      [
        description,
        list('Slots', slots, (name) => name || '(default)'),
        list('Events', events, (name) => name),
      ].join('\n\n'),
    ),
    attributes: attributes.map(({ name, description, type, default: preset }) => ({
      name,
      description: markdown(preset ? `${description}\n\nDefault: \`${preset}\`` : description),
      ...(type.text === 'boolean' && { valueSet: 'v' }), // it has no value
      ...(type.text.startsWith("'") && { values: words(type.text).map((word) => ({ name: word })) }),
    })),
  }));
  return { version: 1.1, tags };
}

const markdown = (value) => ({ kind: 'markdown', value });
const words = (union) => [...union.matchAll(/'([^']*)'/g)].map(([, word]) => word);
const list = (title, items, named) =>
  `**${title}**\n${items.map(({ name, description }) => `- \`${named(name)}\`: ${description}`).join('\n')}`;

/** No framework's: what a tag takes, for whichever JSX. */
export function jsx(elements) {
  return `// Made from custom-elements.json.
import type { ${imports(elements, 'eventTypes')} } from '../index.js';

${elements.map(propsOf).join('\n')}
/** What any tag takes. */
interface AnyTag<E> {
  id?: string | undefined;
  class?: string | undefined;
  slot?: string | undefined;
  style?: string | object | undefined;
  hidden?: boolean | undefined;
  key?: string | number | undefined;
  ref?: ((element: E) => void) | object | undefined;
  children?: unknown;
}

/** The tags, for an \`IntrinsicElements\` that extends it. */
export interface OrielElements {
${elements.map(({ tagName, name }) => `  '${tagName}': ${name}Props & AnyTag<${name}>;`).join('\n')}
}
`;
}

/** React 19 sets properties where there are any, and hears \`onoriel-ready\`. */
export function react(elements) {
  return `// Made from custom-elements.json.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { ${imports(elements)} } from '../index.js';
import type { ${elements.map(({ name }) => `${name}Props`).join(', ')} } from './jsx.js';

type Tag<E, Props> = Omit<DetailedHTMLProps<HTMLAttributes<E>, E>, keyof Props> & Props;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
${elements.map(({ tagName, name }) => `      '${tagName}': Tag<${name}, ${name}Props>;`).join('\n')}
    }
  }
}
`;
}

/** In the shape that Vue's guide gives for custom elements. */
export function vue(elements) {
  return `// Made from custom-elements.json.
import type { HTMLAttributes, PublicProps } from 'vue';
import type { ${imports(elements, 'eventTypes')} } from '../index.js';
import type { ${elements.map(({ name }) => `${name}Props`).join(', ')} } from './jsx.js';

type Tag<E, Props, Events extends Record<string, Event>> = new () => E & {
  /** What a template may bind, and hear. Nothing of it is at the element. */
  $props: HTMLAttributes &
    Omit<Props, \`on\${string}\`> &
    PublicProps & { [K in keyof Events as \`on\${PascalCase<K & string>}\`]?: ((event: Events[K]) => void) | undefined };
  $emit: <K extends keyof Events>(name: K, event: Events[K]) => void;
};
type PascalCase<Name extends string> = Name extends \`\${infer Word}-\${infer Rest}\`
  ? \`\${Capitalize<Word>}\${PascalCase<Rest>}\`
  : Capitalize<Name>;

${elements.map(eventsOf).join('\n')}
declare module 'vue' {
  interface GlobalComponents {
${elements.map(({ tagName, name }) => `    '${tagName}': Tag<${name}, ${name}Props, ${name}Events>;`).join('\n')}
  }
}
`;
}

const imports = (elements, eventTypes) =>
  [
    ...elements.map(({ name }) => name),
    ...(eventTypes ? elements.flatMap(({ events }) => events.map(({ type }) => type.text)) : []),
  ]
    .filter((name, i, all) => all.indexOf(name) === i)
    .sort()
    .join(', ');

const eventsOf = ({ name, events }) => `type ${name}Events = {
${events.map((event) => `  '${event.name}': ${event.type.text};`).join('\n')}
};
`;

/** Attributes as they are written, and properties, which take more than text. Where both have a name, frameworks set the property. */
function propsOf({ tagName, name, attributes, members, events }) {
  const properties = members.filter(({ kind, readonly }) => kind === 'field' && !readonly);
  const own = new Set(properties.map((property) => property.name));
  const lines = [
    ...attributes
      .filter((attribute) => !own.has(attribute.name)) // else the property's type says it
      .map(({ name, description, type }) => field(name, description, written(type.text))),
    ...properties.map((property) =>
      field(property.name, property.description, `${name}['${property.name}']`),
    ),
    ...events.map(({ name, description, type }) =>
      field(`on${name}`, description, `((event: ${type.text}) => void)`),
    ),
  ];
  return `/** Attributes, properties and events of \`<${tagName}>\`. */
export interface ${name}Props {
${lines.join('\n')}
}
`;
}

const written = (type) => (type === 'number' ? `number | \`\${number}\`` : type);
const field = (name, description, type) =>
  `  /** ${description} */\n  ${/^\w+$/.test(name) ? name : `'${name}'`}?: ${type} | undefined;`;
