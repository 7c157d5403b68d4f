import { initialize, initializeChildListener } from '@open-iframe-resizer/core';

export const guest = () => initializeChildListener();
export function mount(url, place) {
  const frame = document.createElement('iframe');
  frame.src = url;
  place.append(frame);
  initialize({ checkOrigin: false }, frame);
  return frame;
}
