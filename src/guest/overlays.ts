interface Seen {
  viewport: number;
  top: number;
  own: number;
  squeezed: boolean;
  /** Between a dialog that the viewport squeezes and the viewport's edges. */
  gap: number;
  kind: 'anchored' | 'floats' | 'fills' | undefined;
}

/**
 * How much viewport a fixed element needs. Where it stands may itself depend on the viewport (centred, at the bottom,
 * all over it), which only two viewports of different height can tell; until then it is guessed.
 */
export class Overlays {
  readonly #seen = new WeakMap<Element, Seen>();

  room(element: Element, box: DOMRect, viewport: number): number {
    const { top, bottom, height } = box;
    const hidden = Math.max(0, element.scrollHeight - element.clientHeight);
    const squeezed = hidden > 0 && getComputedStyle(element).overflowY !== 'visible';
    const own = height + (squeezed ? hidden : 0);
    const before = this.#seen.get(element);
    const seen: Seen = before ?? { viewport, top, own, squeezed, gap: Infinity, kind: undefined };
    // One that is squeezed at either height touches both ends, and tells nothing.
    if (seen.viewport !== viewport && !seen.squeezed && !squeezed) {
      const by = Math.abs(seen.viewport - viewport);
      seen.kind =
        Math.abs(seen.own - own) > by * 0.4
          ? 'fills'
          : Math.abs(seen.top - top) > by * 0.2
            ? 'floats'
            : 'anchored';
    }
    const centred = Math.abs(top + bottom - viewport) <= 2;
    // A squeezed dialog stays as far from the edges as it is now; a limit of its own would only widen the gap.
    if (squeezed && centred) {
      seen.gap = Math.min(seen.gap, viewport - height);
      seen.kind = 'floats';
    }
    Object.assign(seen, { viewport, top, own, squeezed });
    this.#seen.set(element, seen);

    const gap = seen.gap < Infinity ? Math.max(0, seen.gap) : 0;
    const kind = seen.kind ?? guess(box, own, viewport, centred);
    if (kind === 'anchored') return top < viewport || before ? Math.max(0, bottom) : 0;
    // Below the edge it waits to slide in.
    return kind === 'floats' && top < viewport ? own + gap : 0;
  }
}

function guess({ top, bottom }: DOMRect, own: number, viewport: number, centred: boolean): Seen['kind'] {
  if (Math.abs(own - viewport) < 1) return 'fills';
  if (centred) return 'floats';
  return bottom > viewport && top >= 0 && top < viewport ? 'anchored' : undefined;
}
