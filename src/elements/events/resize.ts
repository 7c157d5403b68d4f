/** The frame got the size that its guest asked for, within the frame's limits. */
export class OrielResizeEvent extends Event {
  static readonly type = 'oriel-resize';
  /** In CSS pixels; `undefined` where the guest doesn't decide it. */
  readonly height: number | undefined;
  readonly width: number | undefined;
  /** Why the guest asked. */
  readonly reason: string;
  /** Names the guest's element that follows the viewport's height, if there is one. */
  readonly follows: string | undefined;

  constructor(size: Pick<OrielResizeEvent, 'height' | 'width' | 'reason' | 'follows'>) {
    super(OrielResizeEvent.type);
    this.height = size.height;
    this.width = size.width;
    this.reason = size.reason;
    this.follows = size.follows;
  }
}

declare global {
  interface HTMLElementEventMap {
    'oriel-resize': OrielResizeEvent;
  }
}
