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
/** How often content may grow right after each growth of the viewport before it is held back. */
const STRIKES = 4;
/** Content that moves later than this many ms after the viewport does so for another reason. */
const SOON = 250;
/** How often the viewport alone may lead to a new request, so that no two rules can chase each other. */
const STEPS = 3;

/**
 * Decides what to ask of the host along one axis, and never chases its own tail.
 *
 * Take content as a function h(v) of the viewport v. Where h has slope 0, the answer is h. Where it has slope 1
 * (`100vh` and something around it), no v is enough and whoever chases it grows for ever: what sticks out is then
 * kept apart and never asked for. In between (`50vh`, centred content), one secant step finds the v
 * with h(v) = v, in the next quiet moment.
 */
export class Follow {
  /** How much of the content follows the viewport and can't be satisfied. */
  excess = 0;
  /** Set while both the page and its viewport keep changing: ask again in a quiet moment. */
  doubtful = false;
  #last: Sample | undefined;
  #wanted = 0;
  #strikes = 0;
  #moves = 0;
  #resized = 0;
  #probes = 0;
  #steps = 0;
  /** What a secant step would ask, until a quiet moment shows that nothing moved by itself. */
  #secant = 0;

  /** @returns what the host should give. */
  next(sample: Sample): number {
    const last = this.#last;
    const { viewport, content, changed } = sample;
    this.#last = sample;
    if (!last) return this.#ask(sample, content);
    const same = content === last.content;
    if (viewport === last.viewport) return this.#still(sample, same);

    this.#resized = performance.now();
    this.#moves = same ? 0 : 1;
    const slope = (content - last.content) / (viewport - last.viewport);
    if (slope > FOLLOWS) return changed ? this.#ask(sample, content - this.excess) : this.#follows(sample);
    this.excess = 0;
    if (changed) this.#steps = 0;
    else if (++this.#steps > STEPS) return this.#wanted;
    if (changed || slope < 0.05) return this.#ask(sample, content);
    // An animation that nobody can see (in a closed shadow root, of `::details-content`) looks the same for now.
    this.doubtful = true;
    this.#secant = viewport + (content - viewport) / (1 - slope);
    return this.#wanted;
  }

  #still(sample: Sample, same: boolean): number {
    if (same) {
      if (!this.doubtful || !sample.quiet) return this.#wanted;
      this.doubtful = false;
      if (this.#secant) return this.#ask(sample, this.#secant);
      return ++this.#probes > 1 ? this.#follows(sample) : (this.#wanted = sample.content - this.excess);
    }
    this.#steps = 0;
    // What moves twice in one viewport, or late, moves by itself: an animation does, a script on `resize` doesn't.
    if (++this.#moves > 1 || performance.now() - this.#resized > SOON) this.#strikes = this.#probes = 0;
    return this.#ask(sample, sample.content - this.excess);
  }

  #follows({ viewport, content }: Sample): number {
    this.excess = content - viewport;
    return this.#wanted;
  }

  #ask({ viewport }: Sample, extent: number): number {
    this.#secant = 0;
    this.doubtful = extent > viewport && this.#moves === 1 && ++this.#strikes > STRIKES;
    return this.doubtful ? this.#wanted : (this.#wanted = extent);
  }
}
