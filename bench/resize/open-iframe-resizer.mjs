import { initialize, initializeChildListener } from '@open-iframe-resizer/core';

export const guest = () => initializeChildListener?.();
export function mount(url) {
  const frame = document.createElement('iframe');
  frame.src = url;
  document.body.append(frame);
  initialize({ checkOrigin: false }, frame);
  return { element: frame, window: () => frame.contentWindow };
}
