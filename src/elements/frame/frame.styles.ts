import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    --_space: var(--oriel-space, 1rem);
    --_line: var(--oriel-line, color-mix(in srgb, currentColor 25%, transparent));
    --_radius: var(--oriel-radius, 0.5rem);
  }

  :host([hidden]) {
    display: none;
  }

  .stage {
    display: grid;
    grid-template: minmax(0, auto) / minmax(0, 1fr);
    block-size: 100%;
  }

  .stage > * {
    grid-area: 1 / 1;
  }

  iframe {
    display: block;
    box-sizing: border-box;
    inline-size: 100%;
    max-inline-size: 100%;
    block-size: 100%;
    max-block-size: 1000000px;
    border: 0;
    border-radius: var(--oriel-frame-radius, 0);
    background: var(--oriel-frame-background, transparent);
  }

  .height iframe {
    frame-sizing: content-height;
  }

  /* Not \`visibility\`: Chromium stops the clock of a hidden frame of another site. */
  .stage:not(.shown) iframe {
    opacity: 0;
    pointer-events: none;
  }

  .cover {
    z-index: 1;
  }

  /* What is out of date doesn't look live, and can be read as well as before: grey keeps the contrast. */
  :host(:state(stale)) iframe,
  :host(:state(reset)) iframe {
    filter: var(--oriel-stale-filter, grayscale(1));
  }

  /* Above the guest, and not over it: the last that came is to be read. */
  .stage.old {
    grid-template-rows: auto minmax(0, 1fr);
  }

  .old > * {
    grid-row: 2;
  }

  .old > .fresh {
    grid-row: 1;
    margin-block-end: calc(var(--_space) / 4);
    padding: calc(var(--_space) / 4) calc(var(--_space) / 2);
    border-radius: var(--_radius);
    color: var(--oriel-stale-text, light-dark(#4a3600, #ffe9a8));
    background: var(--oriel-stale-background, light-dark(#fff1c9, #4a3b0b));
    font: var(--oriel-font, 0.9375rem/1.5 system-ui, sans-serif);
  }

  /* To be heard, and to take no room. */
  .stage:not(.old) > .fresh {
    justify-self: start;
    align-self: start;
    inline-size: 1px;
    block-size: 1px;
    margin: 0 -1px -1px 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .bar {
    block-size: 3px;
    background: linear-gradient(90deg, transparent, var(--oriel-accent, #4a6cf7), transparent) 0 / 40% 100% no-repeat;
    animation: slide 1.4s linear infinite;
  }

  @keyframes slide {
    from {
      background-position: -70% 0;
    }
    to {
      background-position: 170% 0;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .bar {
      animation: none;
      background-position: center;
    }
  }

  .error {
    align-self: start;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(var(--_space) / 2) var(--_space);
    padding: var(--_space);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    color: var(--oriel-text, CanvasText);
    background: var(--oriel-background, Canvas);
    font: var(--oriel-font, 0.9375rem/1.5 system-ui, sans-serif);
  }

  .error span {
    flex: 1 1 14rem;
  }

  code {
    opacity: 0.8;
  }

  a {
    color: var(--oriel-link, LinkText);
  }

  button {
    font: inherit;
    color: inherit;
    background: var(--oriel-button, transparent);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    padding: 0.35em 0.9em;
    cursor: pointer;
  }

  button.start {
    min-block-size: 150px;
    padding: 0;
    overflow: hidden;
  }

  .start span {
    display: block;
    padding: var(--_space);
  }
`;
