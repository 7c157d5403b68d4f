/** What a guest says that means harm: events of the kit's shape, whether or not it is the kit that hears them. */
export function flood(post) {
  const note = (payload) => ({ namespace: 'penpal', type: 'NOTE', topic: 'event', payload });
  for (let payload = 0; payload < 100_000; payload++) post(note({ name: 'said', payload }));
  post({ ...note({ name: 'said' }), end: true });
}
