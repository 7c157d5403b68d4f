import { html, nothing, type TemplateResult } from 'lit';
import type { Freshness } from '../../events/index.js';

/** The words of a frame whose guest can't be shown. */
export interface FailureWords {
  readonly errorText: string;
  readonly retryText: string;
  readonly openText: string;
  /** The page that explains each code, at an anchor of its name. */
  readonly errorHelp: string | null | undefined;
}

/** Shown in place of a guest that has failed. */
export function failureView(
  { errorText, retryText, openText, errorHelp }: FailureWords,
  { code = '', url, retry }: { code: string | undefined; url: URL | undefined; retry: () => void },
): TemplateResult {
  const short = html`<code>${code}</code>`;
  return html`<div class="error" part="error">
    <span>${errorText} ${errorHelp ? html`<a part="help" href=${`${errorHelp}#${code}`} target="_blank" rel="noopener">${short}</a>` : short}</span>
    <button part="retry" @click=${retry}>${retryText}</button>
    ${url ? html`<a part="link" href=${url.href} target="_blank" rel="noopener noreferrer">${openText}</a>` : nothing}
  </div>`;
}

/** The button that loads the guest. Whoever speaks to it says what it shows; a picture alone shows no words. */
export function startView(element: Element, label: string, start: () => void): TemplateResult {
  const words = element.querySelector('[slot=placeholder]')?.textContent?.trim();
  return html`<button class="cover start" part="start" aria-label=${words ? nothing : label} @click=${start}>
    <slot name="placeholder"><span>${label}</span></slot>
  </button>`;
}

/** The words of a frame that isn't up to date. `{time}` is since when. */
export interface FreshnessWords {
  readonly liveText: string;
  readonly catchingUpText: string;
  readonly staleText: string;
  readonly resetText: string;
}

/**
 * Says that what is shown is out of date, to the eye and by a screen reader, and by a screen reader alone that it isn't any
 * more. It is there from the start: nothing reads aloud what a live region has when it comes.
 */
export function freshnessView(
  element: HTMLElement & FreshnessWords,
  state: Freshness['state'] | undefined,
  since: Date | undefined,
): TemplateResult {
  const words = {
    live: element.liveText,
    'catching-up': element.catchingUpText,
    stale: element.staleText,
    reset: element.resetText,
  };
  const text = state && words[state].replaceAll('{time}', since ? time(since, element) : '');
  return html`<div class="fresh" part="freshness" aria-live="polite">${text ? html`<slot name=${state}>${text}</slot>` : nothing}</div>`;
}

function time(date: Date, element: HTMLElement): string {
  const today = date.toDateString() === new Date().toDateString();
  const format: Intl.DateTimeFormatOptions = { timeStyle: 'short', ...(!today && { dateStyle: 'medium' }) };
  const language = element.closest<HTMLElement>('[lang]')?.lang;
  try {
    return date.toLocaleString(language || undefined, format);
  } catch {
    return date.toLocaleString(undefined, format); // the page's language is none
  }
}
