// npm run release: builds, packs and verifies what is published, into release/, and writes the CHANGELOG's heading.
// With --dry-run no file that is checked in changes. Neither publishes: it says how.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './install.mjs';

/** Turns "Unreleased" into a version, with the hashes of the files for plain pages under what has changed. */
export function released(changelog, { version, date, hashes }) {
  const [, before, changes, after] =
    /^([\s\S]*?)## Unreleased\n([\s\S]*?)(?=^## |$(?![\s\S]))([\s\S]*)$/m.exec(changelog) ?? ['', '', '', ''];
  if (!changes.trim()) throw new Error('CHANGELOG.md has nothing under "## Unreleased".');
  if (changelog.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md has ${version} already.`);
  const integrity = Object.entries(hashes).map(([file, hash]) => `- \`cdn/${file}\`: \`${hash}\``);
  const text = [
    `## ${version} (${date})`,
    changes.trim(),
    'For `integrity`:',
    integrity.join('\n'),
    after.trim(),
  ];
  return `${before}${text.filter(Boolean).join('\n\n')}\n`;
}

/** What comes along with the package, as CycloneDX has it: alike for the same lock file. */
export function billOfMaterials() {
  const bom = JSON.parse(npm(['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']));
  const { name, dependencies, optionalDependencies } = manifest();
  const component = bom.metadata.component;
  // npm names the project after its folder, and adds a number and a time of its own.
  component.name = name;
  delete bom.serialNumber;
  delete bom.metadata.timestamp;
  // Its `--omit dev` leaves out what a tool needs too, as Lit. So we follow the dependencies ourselves.
  const edges = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  // By version too: a tool may be another version under another name.
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const direct = Object.keys({ ...dependencies, ...optionalDependencies }).map(
    (one) => `${one}@${packages[`node_modules/${one}`].version}`,
  );
  edges.set(component['bom-ref'], direct);
  const reached = new Set([component['bom-ref']]);
  for (const ref of reached) for (const next of edges.get(ref) ?? []) reached.add(next);
  bom.components = bom.components.filter((one) => reached.has(one['bom-ref']));
  bom.dependencies = [...reached].map((ref) => ({ ref, dependsOn: edges.get(ref) ?? [] }));
  return bom;
}

/** Packs what has been built, and resolves with the tarball's path. */
export function pack(folder) {
  mkdirSync(folder, { recursive: true });
  const answer = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  return join(folder, JSON.parse(answer)[0].filename);
}

async function release({ dryRun }) {
  await ensureInstalled();
  const { build } = await import('./build.mjs');
  const { version } = manifest();
  if (!dryRun && git('status', '--porcelain')) throw new Error('There are changes that are not committed.');
  if (!dryRun && git('tag', '--list', `v${version}`)) throw new Error(`There is a tag v${version} already.`);
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');

  await build({ tests: true });
  const hashes = JSON.parse(readFileSync(join(root, 'cdn/sri.json'), 'utf8'));
  const next = released(changelog, { version, date: new Date().toISOString().slice(0, 10), hashes });
  // Before it is packed, since the tarball has it too.
  if (!dryRun) writeFileSync(join(root, 'CHANGELOG.md'), next);

  const folder = join(root, 'release');
  rmSync(folder, { recursive: true, force: true });
  const tarball = pack(folder);
  const bom = join(folder, `oriel-${version}.cdx.json`);
  writeFileSync(bom, `${JSON.stringify(billOfMaterials(), null, 2)}\n`);
  if (dryRun) writeFileSync(join(folder, 'CHANGELOG.md'), next);
  const sums = [tarball, bom].map((path) => `${sha256(path)}  ${path.slice(folder.length + 1)}`);
  writeFileSync(join(folder, 'SHA256SUMS'), `${sums.join('\n')}\n`);

  try {
    verify();
  } catch (error) {
    if (!dryRun) writeFileSync(join(root, 'CHANGELOG.md'), changelog);
    throw error;
  }
  console.log(`\n${sums.join('\n')}\n`);
  if (dryRun)
    return console.log(
      'Nothing is changed, and nothing published. CHANGELOG.md would be release/CHANGELOG.md.',
    );
  console.log(`Now: git commit -am "Release ${version}" && git tag v${version} && npm publish ${tarball}`);
}

/** What npm packs is used as its users do; that two builds are one is among these tests. */
function verify() {
  const folder = join(root, 'build/packed');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.js'));
  const { status } = spawnSync(process.execPath, ['--test', ...files.map((name) => join(folder, name))], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The package does not pass its tests, which are above.');
}

const manifest = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
const git = (...args) => output('git', args);
const npm = (args) => output('npm', args);

function output(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return stdout.trim();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await release({ dryRun: process.argv.includes('--dry-run') });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
