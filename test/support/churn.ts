// Code for a page with the kit: frames that come and go, and what is left of them.

/** Mounts and removes so many frames: some once they are ready, most in the middle of the handshake. */
export const churn = (guest: string, times: number): string => `
  await customElements.whenDefined('oriel-frame');
  window.refs = { window: [], iframe: [], element: [], peer: [] };
  for (let i = 0; i < ${times}; i++) {
    const element = document.createElement('oriel-frame');
    element.src = ${JSON.stringify(guest)};
    document.body.append(element);
    await element.updateComplete;
    if (i % 5 === 0) await element.ready;
    const iframe = element.shadowRoot.querySelector('iframe');
    for (const [kind, it] of Object.entries({ window: iframe.contentWindow, iframe, element, peer: element.peer ?? {} }))
      refs[kind].push(new WeakRef(it));
    element.ready.catch(() => {});
    element.remove();
  }`;

/** Gives how many of each kind are left. */
export const alive = `return Object.fromEntries(Object.entries(refs).map(([kind, all]) =>
  [kind, all.filter((ref) => ref.deref() !== undefined).length]));`;
