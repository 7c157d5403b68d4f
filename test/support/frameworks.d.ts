// Browser builds that come without types of their own.
declare module 'vue/dist/vue.runtime.esm-browser.prod.js' {
  export * from 'vue';
}
declare module '@vue/server-renderer/dist/server-renderer.esm-browser.prod.js' {
  export * from '@vue/server-renderer';
}
declare module 'idiomorph/dist/idiomorph.esm.js' {
  export const Idiomorph: { morph(from: Element, to: string, options: { morphStyle: 'innerHTML' }): void };
}
declare module 'morphdom/dist/morphdom-esm.js' {
  export default function morphdom(from: Element, to: string): Element;
}
