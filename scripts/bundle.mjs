import nodeResolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';

/** What a browser's bundler makes of some code, as one file. */
export async function bundle(code, { format = 'es', plugins = [] } = {}) {
  const entry = '\0entry';
  const bundled = await rollup({
    input: entry,
    onwarn: () => {},
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? code : null),
      },
      nodeResolve({ browser: true }),
      ...plugins,
    ],
  });
  const { output } = await bundled.generate({ format });
  await bundled.close();
  return output[0].code;
}
