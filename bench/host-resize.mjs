// Runs in the host's page: ms from a change of the guest's height to the frame that has it.
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const task = () =>
  new Promise((go) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = go;
    port2.postMessage(0);
  });

export async function measure({ mount }, url) {
  const up = new Promise((done) => addEventListener('message', ({ data }) => data === 'up' && done()));
  const mounted = mount(url);
  const { element } = mounted;
  element.style.width = '400px';
  await up;
  await mounted.ready?.();
  const times = [];
  for (let i = 0; i < 40; i++) {
    const wanted = 100 + ((i * 37) % 40) * 10;
    const start = performance.now();
    mounted.window().postMessage(`height:${wanted}`, '*');
    while (Math.abs(element.offsetHeight - wanted) > 2 && performance.now() - start < 2000) await task();
    times.push(performance.now() - start);
    await new Promise((go) => setTimeout(go, 20));
  }
  return { height: median(times) };
}
