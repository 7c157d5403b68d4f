// Runs in the host's page: how fast is one peer's bridge? All times in µs but `ready`, in ms.
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

export async function measure({ host }, url) {
  const ready = [];
  let call;
  for (let i = 0; i < 6; i++) {
    document.querySelector('iframe')?.remove();
    const start = performance.now();
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
    call = await host(frame);
    await call('add', [1, 1]);
    ready.push(performance.now() - start);
  }
  const time = async (rounds, run) => {
    const start = performance.now();
    await run();
    return ((performance.now() - start) * 1000) / rounds;
  };
  const roundTrips = async (rounds) => {
    for (let i = 0; i < rounds; i++) await call('add', [i, 1]);
  };
  await roundTrips(200);
  const pipelined = () => Promise.all(Array.from({ length: 900 }, (_, i) => call('add', [i, 1])));
  const bytes = new Uint8Array(1 << 20).fill(7);
  return {
    ready: median(ready),
    call: await time(1000, () => roundTrips(1000)),
    pipelined: await time(900, pipelined),
    clone1MiB: await time(3, async () => {
      for (let i = 0; i < 3; i++) await call('echo', bytes);
    }),
  };
}
