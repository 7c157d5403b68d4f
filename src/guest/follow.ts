/** What one axis of the page measured, and in which viewport. */
export interface Sample {
  /** The viewport's extent, which is the frame's. */
  readonly viewport: number;
  /** The content's extent in that viewport. */
  readonly content: number;
  /** Whether the page itself changed. Without that, the viewport is the only reason left for content to move. */
  readonly changed: boolean;
  /** Whether nothing has happened for a while. */
  readonly quiet: boolean;
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
  /** Set while both the page and its viewport keep changing: ask again in a quiet moment. */
  doubtful = false;
  #last: Sample | undefined;
  #wanted = 0;
  #strikes = 0;
  #probes = 0;
  #steps = 0;

  /** @returns what the host should give. */
  next(sample: Sample): number {
    const last = this.#last;
    const { viewport, content, changed } = sample;
    this.#last = sample;
    if (viewport === last?.viewport) return this.#still(sample, content === last.content);
    if (!last) return this.#ask(content);

    const slope = (content - last.content) / (viewport - last.viewport);
    if (slope > FOLLOWS) {
      if (!changed) return this.#follows(sample);
      // An animation does this too: it moves on while the frame is still, or fits when it's over.
      this.doubtful = ++this.#strikes > STRIKES;
      return this.doubtful ? this.#wanted : this.#ask(content - this.excess);
    }
    this.excess = this.#strikes = this.#probes = 0;
    this.doubtful = false;
    if (changed) this.#steps = 0;
    else if (++this.#steps > STEPS) return this.#wanted;
    return this.#ask(viewport + (content - viewport) / (1 - (slope > 0.05 && !changed ? slope : 0)));
  }

  #still(sample: Sample, same: boolean): number {
    if (same && !(this.doubtful && sample.quiet)) return this.#wanted;
    this.doubtful = false;
    if (same && ++this.#probes > 1) return this.#follows(sample);
    if (!same) this.#strikes = this.#probes = this.#steps = 0;
    return this.#ask(sample.content - this.excess);
  }

  #follows({ viewport, content }: Sample): number {
    this.excess = content - viewport;
    return this.#wanted;
  }

  #ask(extent: number): number {
    return (this.#wanted = extent);
  }
}
