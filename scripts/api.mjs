// dist/*.d.ts -> api/*.api.md, one report for each entry: `npm run api` writes them, a test compares.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { root } from './install.mjs';

/** Where the reports stand. */
export const reports = join(root, 'api');

/** The entries that have types: `{ name: 'elements-frame', types: './dist/elements/frame/frame.d.ts' }`. */
export function entries() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(manifest.exports)
    .filter(([, target]) => target.types)
    .map(([entry, { types }]) => ({
      name: entry === '.' ? 'oriel' : entry.slice(2).replaceAll('/', '-'),
      types: join(root, types),
    }));
}

/** Writes the reports of what is in dist/ into a folder, and resolves with the names of the files. */
export function writeReports(folder) {
  // Emptied, so that the report of an entry that is no more goes too.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const configs = entries().map(({ name, types }) => config(name, types, folder));
  // One program for all of the entries.
  const compilerState = CompilerState.create(configs[0], {
    additionalEntryPoints: configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  for (const one of configs)
    Extractor.invoke(one, { localBuild: true, compilerState, messageCallback: silence });
  return readdirSync(folder).sort();
}

/** What it has to say of an entry stands in the report itself. */
function silence(message) {
  if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true;
}

function config(name, types, folder) {
  const report = { logLevel: 'none', addToApiReportFile: true };
  const none = { logLevel: 'none' };
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      // Its own compiler reads what ours wrote.
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            lib: ['es2024', 'dom', 'dom.iterable', 'esnext.disposable'],
            module: 'nodenext',
            moduleResolution: 'nodenext',
            strict: true,
            types: [],
            skipLibCheck: true,
          },
          files: [types],
        },
      },
      apiReport: {
        enabled: true,
        // What no entry names but a public type does is public too.
        includeForgottenExports: true,
        reportFileName: `${name}.api.md`,
        reportFolder: folder,
        reportTempFolder: join(root, 'build/results/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: report },
        extractorMessageReporting: {
          default: report,
          'ae-missing-release-tag': none,
          // These name lines, which move with every comment.
          'ae-forgotten-export': none,
          'ae-undocumented': none,
          'ae-unresolved-link': none,
        },
        tsdocMessageReporting: { default: none },
      },
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { build } = await import('./build.mjs');
  await build();
  console.log(`api: ${writeReports(reports).length} reports`);
}
