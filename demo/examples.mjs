// The gallery's examples: one for each attribute, slot, state and code of a frame that can't be shown. Each says what
// it reaches, and the tests hold it to that.

const mirror = (show) => `{guest}/mirror?show=${show}`;
/** A guest that tells how fresh it is, one state after the other. */
const fresh = (states) => `{guest}/mirror?show=address&fresh=${states}`;
const props = (value) => ` props='${JSON.stringify(value)}'`;
const frame = (src, label, more = '', inside = '') =>
  `<oriel-frame src="${src}" label="${label}"${more && ` ${more.trim()}`}>${inside && `\n  ${inside}\n`}</oriel-frame>`;

const ready = { state: 'ready' };
const failed = (code) => ({ state: 'failed', code });

const attributes = [
  {
    id: 'src',
    text: 'The address of the guest, of another origin than this page.',
    html: frame('{guest}/widget', 'Tickets', props({ customerId: 12 })),
    ...ready,
  },
  {
    id: 'allow-origins',
    text: 'The address leads to another origin, which may answer too.',
    html: frame(
      '{guest}/mirror?redirect={vendor}/mirror?show=address',
      'A guest that has moved',
      'allow-origins="{guest} {vendor}"',
    ),
    ...ready,
  },
  {
    id: 'sandbox',
    text: 'Without allow-same-origin the guest has no origin of its own.',
    html: frame(mirror('origin'), 'An opaque guest', 'sandbox="allow-scripts"'),
    ...ready,
  },
  {
    id: 'allow',
    text: 'A feature, granted to the guest alone.',
    html: frame(mirror('fullscreen'), 'A guest that may go full screen', 'allow="fullscreen"'),
    ...ready,
  },
  {
    id: 'loading-eager',
    title: 'loading="eager"',
    text: 'At once, as without the attribute.',
    html: frame(mirror('props'), 'Loaded at once', 'loading="eager"'),
    ...ready,
  },
  {
    id: 'loading-lazy',
    title: 'loading="lazy"',
    text: 'When it comes near the viewport.',
    html: frame(mirror('props'), 'Loaded when near', 'loading="lazy"'),
    ...ready,
  },
  {
    id: 'loading-idle',
    title: 'loading="idle"',
    text: 'When the browser has nothing else to do.',
    html: frame(mirror('props'), 'Loaded when idle', 'loading="idle"'),
    ...ready,
  },
  {
    id: 'loading-click',
    title: 'loading="click"',
    text: 'When somebody asks for it.',
    html: frame('{guest}/widget', 'Show the tickets', `loading="click"${props({ customerId: 64 })}`),
    click: true,
    ...ready,
  },
  {
    id: 'autosize-height',
    title: 'autosize="height"',
    text: "The height follows the guest's content, as without the attribute.",
    html: frame('{guest}/box', 'A box that grows in height', 'autosize="height"'),
    ...ready,
  },
  {
    id: 'autosize-width',
    title: 'autosize="width"',
    text: 'The width follows.',
    html: frame('{guest}/box', 'A box that grows in width', 'autosize="width"'),
    ...ready,
  },
  {
    id: 'autosize-both',
    title: 'autosize="both"',
    text: 'Both follow.',
    html: frame('{guest}/box', 'A box that grows', 'autosize="both"'),
    ...ready,
  },
  {
    id: 'autosize-none',
    title: 'autosize="none"',
    text: 'Neither follows: the size is this page’s.',
    html: frame('{guest}/box', 'A box in a frame that stays', 'autosize="none"'),
    ...ready,
  },
  {
    id: 'min-height',
    text: 'Never lower than this.',
    html: frame(mirror('props'), 'At least 160 px high', 'min-height="160"'),
    ...ready,
  },
  {
    id: 'max-height',
    text: 'Never higher: the rest scrolls.',
    html: frame('{guest}/widget', 'At most 160 px high', `max-height="160"${props({ customerId: 19 })}`),
    ...ready,
  },
  {
    id: 'min-width',
    text: 'Never narrower.',
    html: frame('{guest}/box', 'At least 280 px wide', 'autosize="both" min-width="280"'),
    ...ready,
  },
  {
    id: 'max-width',
    text: 'Never wider.',
    html: frame('{guest}/box', 'At most 240 px wide', 'autosize="both" max-width="240"'),
    ...ready,
  },
  {
    id: 'timeout',
    text: 'Milliseconds that the guest has to answer. A late one is shown all the same.',
    html: frame('{guest}/plain', 'A guest that does not answer', 'loading="lazy" timeout="3000"'),
    ...failed('silent'),
  },
  {
    id: 'timeout-infinity',
    title: 'timeout="Infinity"',
    text: 'For a page without the guest SDK: it is shown as it is.',
    html: frame('{guest}/plain', 'A plain page', 'timeout="Infinity"'),
    state: 'connecting',
  },
  {
    id: 'unresponsive-after',
    text: 'Milliseconds that a guest may be silent, though asked, until it counts as hanging. This one answers.',
    html: frame(mirror('props'), 'A guest that answers', 'unresponsive-after="1000"'),
    ...ready,
  },
  {
    id: 'label',
    text: 'What a screen reader calls the frame, and what the button of loading="click" says.',
    html: frame(mirror('props'), 'Show what the label names', 'loading="click"'),
    click: true,
    ...ready,
  },
  {
    id: 'credentialless',
    text: 'Without the cookies and storage of the guest, where the browser can.',
    html: frame(mirror('credentialless'), 'A guest without credentials', 'credentialless'),
    ...ready,
  },
  {
    id: 'referrerpolicy',
    text: 'The guest is not told which page this is.',
    html: frame(mirror('referrer'), 'A guest that is told of no referrer', 'referrerpolicy="no-referrer"'),
    ...ready,
  },
  {
    id: 'probe',
    text: 'On failure the network is asked. This server answers, so the guest is silent and not unreachable.',
    html: frame(
      '{guest}/widget?refuse',
      'A server that refuses frames',
      'loading="lazy" timeout="3000" probe',
    ),
    ...failed('silent'),
  },
  {
    id: 'autofocus',
    text: 'The guest may take the focus when it loads.',
    html: frame(mirror('field'), 'Show a field that has the focus', 'loading="click" autofocus'),
    click: true,
    ...ready,
  },
  {
    id: 'no-autofocus',
    title: 'without autofocus',
    text: 'A guest that takes the focus gives it back, unless you act in it.',
    html: frame(mirror('field'), 'Show a field that gives the focus back', 'loading="click"'),
    click: true,
    ...ready,
  },
  {
    id: 'props',
    text: 'What the guest is told, as JSON.',
    html: frame(mirror('props'), 'What the guest was told', props({ plan: 'Business', seats: 35 })),
    ...ready,
  },
  {
    id: 'texts',
    title: 'error-text, retry-text, open-text',
    text: 'The words of a frame that failed.',
    html: frame(
      '{guest}/missing',
      'Wörter',
      'lang="de" loading="lazy" timeout="3000" error-text="Hier fehlt etwas." retry-text="Noch einmal" open-text="In neuem Tab öffnen"',
    ),
    ...failed('silent'),
  },
  {
    id: 'freshness-texts',
    title: 'live-text, catching-up-text, stale-text, reset-text',
    text: 'The words of a frame that tells how fresh it is.',
    html: frame(
      fresh('stale'),
      'Frische Wörter',
      'lang="de" live-text="Wieder aktuell." catching-up-text="Stand von {time}, wird geholt …" stale-text="Stand von {time}." reset-text="Etwas fehlt seit {time}."',
    ),
    state: 'stale',
  },
  {
    id: 'error-help',
    text: 'The code of a frame that failed leads to the page that explains it.',
    html: frame(
      '{guest}/missing',
      'A frame that failed, with help',
      'loading="lazy" timeout="3000" error-help="{guest}/plain"',
    ),
    ...failed('silent'),
  },
];

const slots = [
  {
    id: 'slot-placeholder',
    title: 'placeholder',
    text: 'Stands where the guest will be. Under loading="click" it is the button.',
    html: frame(
      '{guest}/widget',
      'Two open tickets: show them',
      `loading="click"${props({ customerId: 42 })}`,
      '<strong slot="placeholder">Two open tickets: show them</strong>',
    ),
    state: 'idle',
  },
  {
    id: 'slot-loading',
    title: 'loading',
    text: 'Shown while the guest loads: this server stalls.',
    html: frame(
      '{guest}/widget?stall',
      'Load from a server that stalls',
      'loading="click" timeout="Infinity"',
      '<em slot="loading">The ticket system takes its time …</em>',
    ),
    click: true,
    state: 'loading',
  },
  {
    id: 'slot-error',
    title: 'error',
    text: 'In place of the message that every failed frame has.',
    html: frame(
      '{guest}/missing',
      'An error of this page’s own',
      'loading="lazy" timeout="3000"',
      '<p slot="error">The tickets are away for a moment. Call us: 555-0100.</p>',
    ),
    ...failed('silent'),
  },
  {
    id: 'slot-stale',
    title: 'stale',
    text: 'In place of what a stale frame says.',
    html: frame(
      fresh('stale'),
      'A stale guest',
      '',
      '<b slot="stale">The line is down. This is what we had.</b>',
    ),
    state: 'stale',
  },
  {
    id: 'slot-catching-up',
    title: 'catching-up',
    text: 'In place of what it says while it catches up.',
    html: frame(
      fresh('stale,catching-up'),
      'A guest that catches up',
      '',
      '<i slot="catching-up">The line is back. One moment …</i>',
    ),
    state: 'catching-up',
  },
  {
    id: 'slot-reset',
    title: 'reset',
    text: 'In place of what it says where something was missed.',
    html: frame(
      fresh('reset'),
      'A guest that missed something',
      '',
      '<b slot="reset">Some of it is missing.</b>',
    ),
    state: 'reset',
  },
  {
    id: 'slot-live',
    title: 'live',
    text: 'What a screen reader is told once all is well again; the eye is not.',
    html: frame(
      fresh('stale,live'),
      'A guest that is back',
      '',
      '<span slot="live">All is well again.</span>',
    ),
    state: 'live',
  },
  {
    id: 'slot-default',
    title: 'default',
    text: 'Shown until the tag is defined: what a page without script shows.',
    html: frame(
      '{guest}/widget',
      'Tickets',
      '',
      '<a href="{guest}/widget">The tickets, on a page of their own</a>',
    ),
    page: '/gallery/no-script',
    link: 'Open a page without script',
    state: 'undefined',
  },
];

const states = [
  {
    id: 'idle',
    text: 'Nothing is loaded, and nothing will be until somebody asks.',
    html: frame('{guest}/widget', 'Show the tickets of this customer', 'loading="click"'),
    state: 'idle',
  },
  {
    id: 'loading',
    text: 'The page is on its way: this server never sends it.',
    html: frame('{guest}/widget?stall', 'Load what never comes', 'loading="click" timeout="Infinity"'),
    click: true,
    state: 'loading',
  },
  {
    id: 'connecting',
    text: 'The page is there, and has not answered yet. This one never will.',
    html: frame('{guest}/plain', 'A page that never answers', 'timeout="Infinity"'),
    state: 'connecting',
  },
  {
    id: 'ready',
    text: 'The guest has answered.',
    html: frame('{guest}/widget', 'Tickets that are ready', props({ customerId: 51 })),
    ...ready,
  },
  {
    id: 'failed',
    text: 'The guest can’t be shown: this is an error page.',
    html: frame('{guest}/missing', 'What a missing page leads to', 'loading="lazy" timeout="3000"'),
    ...failed('silent'),
  },
  {
    id: 'live',
    text: 'All that there is has come. This and the next three stand beside ready, where somebody tells how fresh it is.',
    html: frame(fresh('live'), 'A guest that is live'),
    state: 'live',
  },
  {
    id: 'catching-up',
    text: 'The line is back, and there is more to come than has come.',
    html: frame(fresh('stale,catching-up'), 'A guest that is catching up'),
    state: 'catching-up',
  },
  {
    id: 'stale',
    text: 'The line is gone. The frame says since when, and its guest looks it.',
    html: frame(fresh('stale'), 'A guest that is stale'),
    state: 'stale',
  },
  {
    id: 'reset',
    text: 'Something was missed for good.',
    html: frame(fresh('reset'), 'A guest that has to begin anew'),
    state: 'reset',
  },
];

const embedErrors = [
  {
    id: 'bad-src',
    text: 'The address is none, or would run in this page.',
    html: frame('javascript:alert(1)', 'A script for an address'),
    ...failed('bad-src'),
  },
  {
    id: 'bad-origin',
    text: 'Any page could answer.',
    html: frame('{guest}/widget', 'Any origin', 'allow-origins="*"'),
    ...failed('bad-origin'),
  },
  {
    id: 'unsafe-sandbox',
    text: 'A page of this origin could reach all of this page.',
    html: frame('/crm', 'A page of this origin'),
    ...failed('unsafe-sandbox'),
  },
  {
    id: 'silent',
    text: 'The server refuses to be framed. A browser doesn’t tell, so the frame says all that it may be.',
    html: frame('{guest}/widget?refuse', 'A server that refuses', 'loading="lazy" timeout="3000"'),
    ...failed('silent'),
  },
  {
    id: 'never-loaded',
    text: 'The server has no content to show.',
    html: frame('{guest}/widget?status=204', 'No content', 'loading="lazy" timeout="3000"'),
    ...failed('never-loaded'),
  },
  {
    id: 'blocked-by-csp',
    text: 'This page’s own policy doesn’t list the guest.',
    html: frame('{unlisted}/widget', 'An origin that the policy lacks', 'loading="lazy" timeout="3000"'),
    ...failed('blocked-by-csp'),
  },
  {
    id: 'blocked-by-coep',
    text: 'The page is cross-origin isolated, and the guest doesn’t take part. Firefox doesn’t say so: there the code is never-loaded.',
    html: frame('{guest}/widget', 'A guest without COEP', 'loading="lazy" timeout="3000"'),
    page: '/gallery/coep',
    link: 'Open a page with that header',
    ...failed('blocked-by-coep'),
  },
  {
    id: 'unreachable',
    text: 'No server is there, which the probe finds out.',
    html: frame('{nowhere}/', 'No server', 'loading="lazy" timeout="3000" probe'),
    ...failed('unreachable'),
  },
  {
    id: 'origin-changed',
    text: 'The address leads to another origin, and that one speaks.',
    html: frame('{guest}/mirror?redirect={vendor}/mirror', 'A guest that has moved away', 'timeout="4000"'),
    ...failed('origin-changed'),
  },
  {
    id: 'not-embedded',
    text: 'The other side’s: a guest that was opened on its own knows that nobody will answer.',
    html: '<a href="{guest}/widget" target="_blank">Open the guest on its own</a>',
    code: 'not-embedded',
  },
];

const contractErrors = [
  {
    id: 'bad-contract',
    text: 'The contract itself is wrong, and is refused where it is written.',
    html: frame('{guest}/mirror', 'A guest without a contract'),
    script: true,
    code: 'bad-contract',
    ...ready,
  },
  {
    id: 'contract-mismatch',
    text: 'The two speak of different things.',
    html: frame('{guest}/widget', 'A guest of another contract'),
    script: true,
    ...failed('contract-mismatch'),
  },
  {
    id: 'version-mismatch',
    text: 'The two have different majors.',
    html: frame('{guest}/widget', 'A guest of another version'),
    script: true,
    ...failed('version-mismatch'),
  },
];

const group = (id, title, text, examples) => ({ id, title, text, examples });

export const groups = [
  group('attributes', 'Attributes', 'What the tag can be told.', attributes),
  group('slots', 'Slots', 'What a page puts in place of the frame’s own words.', slots),
  group(
    'states',
    'States',
    'What a frame is doing, for CSS: <code>:state(ready)</code>. The badge of each example is styled so.',
    states,
  ),
  group(
    'embed-errors',
    'Codes of EmbedError',
    'A frame that fails says why and what to do, and lets you try again.',
    embedErrors,
  ),
  group('contract-errors', 'Codes of ContractError', 'What the two sides don’t agree on.', contractErrors),
];
