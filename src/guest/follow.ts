/** What one axis of the page measured, and in which viewport. */
export interface Sample {
  /** The viewport's extent, which is the frame's. */
  readonly viewport: number;
  /** The content's extent in that viewport. */
  readonly content: number;
  /** Whether the page itself changed. Without that, the viewport is the only reason left for content to move. */
  readonly changed: boolean;
}

/** From this slope on, content is said to follow the viewport: no height would satisfy it. */
const FOLLOWS = 0.9;
/** How often content may move together with the viewport, and with changes of its own, before it is taken for following. */
const STRIKES = 3;
/** How often the viewport alone may lead to a new request, so that no two rules can chase each other. */
const STEPS = 3;

/**
 * Decides what to ask of the host along one axis, and never chases its own tail.
 *
 * Take content as a function h(v) of the viewport v. Where h has slope 0, the answer is h. Where it has slope 1
 * (`100vh` and something around it), no v is enough and whoever chases it grows for ever: what sticks out is then
 * kept apart and never asked for. In between (`50vh`, centred content), one secant step finds the v with h(v) = v.
 */
export class Follow {
  /** How much of the content follows the viewport and can't be satisfied. */
  excess = 0;
  #last: Sample | undefined;
  #wanted = 0;
  #strikes = 0;
  #steps = 0;

  /** @returns what the host should give. */
  next(sample: Sample): number {
    const last = this.#last;
    const { viewport, content, changed } = sample;
    this.#last = sample;
    if (!last || viewport === last.viewport) {
      if (last && content !== last.content) this.#strikes = 0;
      this.#steps = 0;
      return (this.#wanted = content - this.excess);
    }
    const slope = (content - last.content) / (viewport - last.viewport);
    if (slope > FOLLOWS) {
      if (!changed || ++this.#strikes > STRIKES) {
        this.excess = content - viewport;
        return this.#wanted;
      }
      return (this.#wanted = content - this.excess);
    }
    this.excess = 0;
    if (changed) this.#steps = 0;
    else if (++this.#steps > STEPS) return this.#wanted;
    const part = slope > 0.05 && !changed ? slope : 0;
    return (this.#wanted = viewport + (content - viewport) / (1 - part));
  }
}
