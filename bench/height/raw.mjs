// The floor: an observer in the guest, one message, one style write in the host.
export const guest = () => {
  const { documentElement } = document;
  new ResizeObserver(() => parent.postMessage({ height: documentElement.offsetHeight }, '*')).observe(
    documentElement,
  );
};
export function mount(url, place) {
  const frame = document.createElement('iframe');
  frame.src = url;
  addEventListener('message', ({ source, data }) => {
    if (source === frame.contentWindow && data.height) frame.style.height = `${data.height}px`;
  });
  place.append(frame);
  return frame;
}
