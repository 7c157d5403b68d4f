import iframeResize from 'iframe-resizer/js/iframeResizer.js';

export const guest = () => import('iframe-resizer/js/iframeResizer.contentWindow.js');
export function mount(url, place) {
  const frame = document.createElement('iframe');
  frame.src = url;
  place.append(frame);
  iframeResize({ checkOrigin: false, log: false }, frame);
  return frame;
}
