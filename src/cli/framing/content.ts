import type { Finding, Framing } from './finding.js';
import { valuesOf } from './page.js';
import { policiesOf } from './policy.js';

/** What a page does once it is there: loads, but not as its host thinks. */
export function contentFindings({ hops }: Framing): Finding[] {
  const last = hops.at(-1);
  if (!last || last.location) return [];
  return [...sandboxed(valuesOf(last.headers, 'content-security-policy')), ...ofBody(last.body, last.url)];
}

function sandboxed(values: readonly string[]): Finding[] {
  for (const policy of policiesOf(values)) {
    const tokens = policy.get('sandbox')?.map((token) => token.toLowerCase());
    if (!tokens) continue;
    const line = `Content-Security-Policy: sandbox ${tokens.join(' ')}`.trimEnd();
    if (!tokens.includes('allow-scripts'))
      return [
        {
          level: 'blocks',
          rule: 'csp-sandbox',
          text: 'It is shown, but none of its scripts runs.',
          line,
          fix: `${line} allow-scripts`,
        },
      ];
    if (!tokens.includes('allow-same-origin'))
      return [
        {
          level: 'warns',
          rule: 'csp-sandbox',
          text: 'It has no origin in its own sandbox: messages come from "null", and it has no storage.',
          line,
          fix: `${line} allow-same-origin`,
        },
      ];
  }
  return [];
}

/** What of a tag is looked at. Bounded, so that no page, however it is made, takes a search that has no end. */
const signs: readonly (readonly [RegExp, Omit<Finding, 'level'>, Finding['level']])[] = [
  [
    /<meta\b[^<>]{1,1000}http-equiv=["']?content-security-policy["']?[^<>]{0,4000}frame-ancestors/i,
    { rule: 'meta', text: 'frame-ancestors in a <meta> is ignored. Only the header counts.' },
    'notes',
  ],
  [
    /<meta\b[^<>]{1,1000}http-equiv=["']?x-frame-options/i,
    { rule: 'meta', text: 'X-Frame-Options in a <meta> is ignored. Only the header counts.' },
    'notes',
  ],
  [
    /<meta\b[^<>]{1,1000}http-equiv=["']?refresh["']?[^<>]{0,1000}url=/i,
    {
      rule: 'refresh',
      text: 'It leads on by a <meta http-equiv="refresh">. Ask doctor about that address too.',
    },
    'warns',
  ],
  [
    /\b(?:top|parent)\s*!==?\s*(?:window\.)?self\b|\bself\s*!==?\s*(?:window\.)?top\b|\btop\.location(?:\.href)?\s*=[^=]|\btop\.location\.replace\(/,
    {
      rule: 'frame-buster',
      text: 'A script in it looks whether it is framed, and may leave or hide the page then.',
      fix: 'Take that script out, and say who may embed by frame-ancestors.',
    },
    'warns',
  ],
];

function ofBody(body: string, { protocol }: URL): Finding[] {
  const found = signs.filter(([sign]) => sign.test(body)).map(([, its, level]) => ({ level, ...its }));
  const [insecure] =
    /<(?:script|iframe|link)\b[^<>]{1,1000}(?:src|href)=["']http:\/\/[^"']+/i.exec(body) ?? [];
  if (protocol !== 'https:' || insecure === undefined) return found;
  return [
    ...found,
    {
      level: 'warns',
      rule: 'mixed-content',
      text: 'It asks for a script, style or frame by http, which browsers refuse in a page of https.',
      line: `${insecure.slice(0, 200)}…`,
      fix: 'Ask for it by https.',
    },
  ];
}
