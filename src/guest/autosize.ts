import { control, type Peer } from '../bridge/index.js';
import { Follow } from './follow.js';
import { Measure } from './measure.js';
import { watch } from './watch.js';

/** Options of {@link autosize}. */
export interface AutosizeOptions {
  /** Elements that never count, as a selector. @defaultValue `'[data-oriel-ignore]'` */
  readonly ignore?: string;
  /** Ends it, as the end of the peer does. */
  readonly signal?: AbortSignal;
}

/** A page that isn't drawn has no animation frames; it is measured after this many ms then. */
const UNDRAWN = 150;
/** And nothing happens for this many ms in a quiet moment. */
const QUIET = 100;

/**
 * Tells the host how much room the page needs, whenever that changes; `connectHost` calls it.
 * Content that follows the viewport (`100vh` with something around it) is reported once and never chased.
 *
 * @example
 * ```ts
 * autosize(peer, { ignore: '.debug-bar', signal });
 * ```
 */
export function autosize(peer: Pick<Peer, 'state'>, options: AutosizeOptions = {}): void {
  const { ignore = '[data-oriel-ignore]' } = options;
  const over = new AbortController();
  const { signal } = over;
  const end = () => over.abort();
  if (options.signal?.aborted || peer.state.get().status === 'closed') return;
  options.signal?.addEventListener('abort', end, { signal });
  const { tell, hear } = control(peer);
  const print = matchMedia('print');
  let mode = 'none';
  let axes = { height: new Follow(), width: new Follow() };
  let sent: { height?: number; width?: number } = {};
  let changed = true;
  let first = true;
  let moves = false;
  let warned = false;
  let quiet = false;
  let reach = 0;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let doubt: ReturnType<typeof setTimeout> | undefined;

  const schedule = (itself: boolean) => {
    changed ||= itself;
    if (mode === 'none') return;
    // Whichever comes first: hidden tabs and frames out of sight get no animation frames.
    frame ||= requestAnimationFrame(report);
    timer ??= setTimeout(report, document.hidden ? 0 : UNDRAWN);
  };
  const watched = watch(schedule, signal);
  const measure = new Measure(ignore, (root) => {
    watched.add(root);
    moves ||= animates(root); // no document's list has them
  });

  const report = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = 0;
    timer = undefined;
    // `display: none` leaves nothing to measure, and paper has another size.
    if (
      signal.aborted ||
      mode === 'none' ||
      !document.body ||
      !innerWidth ||
      print.matches ||
      !document.documentElement.getClientRects().length
    )
      return;
    const moved = moves;
    moves = watched.unseen || animates(document);
    const next: { height?: number; width?: number } = {};
    let reason = first ? 'first' : 'content';
    const size = (axis: 'height' | 'width', viewport: number) => {
      const { content, overlay } = measure[axis]();
      const wanted = axes[axis].next({ viewport, content, changed: changed || moves, quiet });
      if (overlay > wanted) reason = 'overlay';
      next[axis] = Math.max(0, Math.ceil(Math.max(wanted, overlay) - 0.02));
    };
    if (mode !== 'height') size('width', innerWidth);
    if (mode !== 'width') size('height', innerHeight);
    changed = moves || moved; // an animation's last step comes when it has ended, or is drawn after that was seen
    quiet = false;
    clearTimeout(doubt);
    if (axes.height.doubtful || axes.width.doubtful)
      doubt = setTimeout(() => ((quiet = true), schedule(false)), QUIET);
    if (mode !== 'height') watched.settle(); // the width's measurement wrote a style
    const follows = axes.height.excess > 0 ? follower() : undefined;
    if (follows && !warned) {
      warned = true;
      console.warn(
        `[oriel] <${follows}> follows the height of the frame, so no height fits this page: ${Math.round(axes.height.excess)} px of it are not asked for. Give it a height in px, or a max-height.`,
      );
    }
    reach = document.documentElement.scrollHeight;
    if (next.height === sent.height && next.width === sent.width) return;
    sent = next;
    first = false;
    tell('size', { ...next, reason, ...(follows && { follows }) });
  };

  const forget = hear('layout', (layout: unknown) => {
    const told = (layout as { mode?: unknown } | undefined)?.mode;
    mode = typeof told === 'string' ? told : 'none';
    // Another host, or another epoch of it, has heard nothing yet.
    axes = { height: new Follow(), width: new Follow() };
    sent = {};
    first = true;
    schedule(true);
  });
  // Nothing tells of a shadow root that is attached late, or of a rule that a script inserts, where no box changes by it.
  // A host that hears nothing for a while asks whether anybody is there, which is when this page looks too.
  const still = hear('ping', () => document.documentElement.scrollHeight !== reach && schedule(true));
  const unsubscribe = peer.state.subscribe(({ status }) => status === 'closed' && end());
  signal.addEventListener('abort', () => (forget(), still(), unsubscribe()), { once: true });
}

/** Whether something is moving by itself. A spinner that never ends is no reason. */
function animates(root: DocumentOrShadowRoot): boolean {
  return root
    .getAnimations()
    .some(
      ({ playState, effect }) =>
        playState === 'running' && Number(effect?.getComputedTiming().endTime) < Infinity,
    );
}

/** The element whose height is nearest to the viewport's, as `tag#id.class`. */
function follower(): string | undefined {
  let [best, least] = [undefined as Element | undefined, Infinity];
  for (const element of document.body.querySelectorAll('*')) {
    const off = Math.abs(element.getBoundingClientRect().height - innerHeight);
    if (off < least - 0.5) [best, least] = [element, off];
  }
  best ??= document.body;
  return best.localName + (best.id && `#${best.id}`) + [...best.classList].map((name) => `.${name}`).join('');
}
