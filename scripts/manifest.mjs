// custom-elements.json as it's published: what the elements document, and nothing that the analyzer guesses.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const eventClass = /^Oriel\w+Event$/;
const isOurs = ({ tagName, name }) => tagName || eventClass.test(name);

/** Type aliases that are unions of strings, which an editor offers as values. */
const unions = new Map();

export const documented = {
  name: 'documented',

  analyzePhase({ ts, node }) {
    if (!ts.isTypeAliasDeclaration(node) || !ts.isUnionTypeNode(node.type)) return;
    if (node.type.types.every((type) => ts.isLiteralTypeNode(type)))
      unions.set(node.name.text, node.type.getText());
  },

  packageLinkPhase({ customElementsManifest: manifest }) {
    unions.set('ReferrerPolicy', referrerPolicies());
    manifest.modules = manifest.modules
      .map((module) => ({ ...module, declarations: module.declarations.filter(isOurs).map(publicPart) }))
      .map((module, _, modules) => ({ ...module, exports: exportsOf(module, modules) }))
      .filter((module) => module.exports.length);
    // Where the package has it.
    const text = JSON.stringify(manifest).replace(/"\/?src\/([\w/.-]+?)\.[tj]s"/g, '"dist/$1.js"');
    Object.assign(manifest, JSON.parse(text));
  },
};

/** A declaration without its private parts; `dispatchEvent(new X(event))` is no documented event. */
function publicPart(declaration) {
  const { attributes = [], members = [], events = [] } = declaration;
  const described = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  const kept = members
    .filter(({ privacy, static: isStatic }) => !isStatic && (privacy ?? 'public') === 'public')
    .map((member) => withText(member, described.get(member.attribute)))
    .filter(({ description, kind }) => description || (kind === 'field' && !declaration.tagName));
  return {
    ...declaration,
    members: kept,
    ...(eventClass.test(declaration.name) && { superclass: { name: 'Event', package: 'global:' } }),
    ...(declaration.tagName && {
      events: events.filter(({ name, description }) => name && description),
      attributes: attributes.map(attributeOf),
    }),
  };
}

const withText = (member, attribute) => ({
  ...member,
  ...(attribute && { description: attribute.description }),
  ...(member.type && { type: { text: unions.get(member.type.text) ?? member.type.text } }),
});

/** What may be written into the tag, which is text: a property's `undefined` is the attribute's absence. */
function attributeOf(attribute) {
  const { type, name } = attribute;
  const text = name === 'props' ? 'string' : (type?.text ?? 'string').replace(/ \| (null|undefined)/g, '');
  const preset = attribute.default?.replace(/^'|'$|(?<=\d)_(?=\d)/g, ''); // the analyzer gives the code of it
  return { ...attribute, type: { text: unions.get(text) ?? text }, ...(preset && { default: preset }) };
}

function exportsOf(module, modules) {
  const classes = modules.flatMap(({ declarations }) => declarations);
  return module.exports.flatMap((entry) => {
    const declaration = classes.find(({ name }) => name === entry.declaration.name);
    if (!declaration) return [];
    if (entry.kind !== 'custom-element-definition') return [entry];
    return [{ ...entry, name: declaration.tagName }];
  });
}

/** As the DOM's own types list them. */
function referrerPolicies() {
  const require = createRequire(createRequire(import.meta.url).resolve('@custom-elements-manifest/analyzer'));
  const dom = readFileSync(require.resolve('typescript/lib/lib.dom.d.ts'), 'utf8');
  return /type ReferrerPolicy = (?:"" \| )?([^;]+);/.exec(dom)[1].replaceAll('"', "'");
}

export default {
  globs: ['src/elements/**/*.ts'],
  outdir: '.',
  litelement: true,
  plugins: [documented],
};
