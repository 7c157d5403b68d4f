import { contentFindings } from './content.js';
import { cookieFindings } from './cookies.js';
import type { Finding, Framing } from './finding.js';
import { isWeb, valuesOf } from './page.js';
import { allows, policiesOf } from './policy.js';
import { isLoopback, isSameSite } from './site.js';

/**
 * Judges whether a page will embed, in the order in which browsers do. The first finding that blocks is the cause.
 */
export function judge(framing: Framing): Finding[] {
  return [
    ...addresses(framing),
    ...hostPolicy(framing),
    ...redirects(framing),
    ...documentOf(framing),
    ...embedderPolicy(framing),
    ...ancestors(framing),
    ...contentFindings(framing),
    ...cookieFindings(framing),
  ];
}

/** A page of `https:` takes no frame of `http:`, at no step of its way. */
function addresses({ hops, host }: Framing): Finding[] {
  if (!host.startsWith('https:')) return [];
  return hops
    .filter(({ url }) => url.protocol === 'http:')
    .map(({ url }) =>
      isLoopback(url)
        ? {
            level: 'warns',
            rule: 'mixed-content',
            text: `${url.origin} is http under ${host}. Chromium and Firefox let this machine's own addresses through, Safari does not.`,
          }
        : {
            level: 'blocks',
            rule: 'mixed-content',
            text: `${url.href} is http, and the page that embeds is https: browsers refuse mixed content.`,
            fix: `Serve it by https, and embed ${url.href.replace(/^http:/, 'https:')}`,
          },
    );
}

/** What the embedding page's own policy says of frames: of each address on the way. */
function hostPolicy({ hops, host, hostCsp }: Framing): Finding[] {
  for (const policy of policiesOf(hostCsp)) {
    const name = ['frame-src', 'child-src', 'default-src'].find((each) => policy.has(each));
    if (name === undefined) continue;
    const sources = policy.get(name) as readonly string[];
    const refused = hops.find(({ url }, i) => !allows(sources, { url, self: host, paths: i === 0 }));
    if (refused)
      return [
        {
          level: 'blocks',
          rule: 'host-csp',
          text: `The embedding page's own policy doesn't allow a frame of ${refused.url.origin}${refused === hops[0] ? '' : ', to which the address leads on'}.`,
          line: `${name} ${sources.join(' ')}`,
          fix: `Add ${refused.url.origin} to ${name} of the page that embeds.`,
        },
      ];
  }
  return [];
}

const login = /(^|[/._-])(log-?in|sign-?in|sso|auth|oauth2?|authorize|saml2?|session)([/._?-]|$)/i;

function redirects({ hops }: Framing): Finding[] {
  const findings: Finding[] = [];
  const [first, last] = [hops[0], hops.at(-1)];
  if (!first || !last) return [];
  if (last.location)
    findings.push({
      level: 'blocks',
      rule: 'redirect',
      text: isWeb(last.location)
        ? `It redirects ${hops.length} times and comes to no page; browsers give up.`
        : `It leads to ${last.location.protocol}, which is no address of the web.`,
      line: `Location: ${last.location.href}`,
    });
  else if (last.url.origin !== first.url.origin)
    findings.push({
      level: 'warns',
      rule: 'redirect',
      text: `It ends at ${last.url.origin}: messages come from there, not from ${first.url.origin}.`,
      fix: `Embed ${last.url.href}, or write allow-origins="${last.url.origin}"`,
    });
  const asked = hops.slice(1).find(({ url }) => login.test(url.hostname + url.pathname));
  if (asked)
    findings.push({
      level: 'warns',
      rule: 'login',
      text: `It leads to ${asked.url.origin}${asked.url.pathname}, which looks like a login: in a frame of another site its cookies may be missing.`,
      fix: 'Set its session cookie with SameSite=None; Secure; Partitioned, or hand a token over the bridge.',
    });
  return findings;
}

/** Whether there is a page at all. A page with an error is one. */
function documentOf({ hops }: Framing): Finding[] {
  const last = hops.at(-1);
  if (!last || last.location) return [];
  const { status, headers } = last;
  if (status === 204 || status === 205)
    return [{ level: 'blocks', rule: 'status', text: `It answers ${status}: there is no page to show.` }];
  const [disposition] = valuesOf(headers, 'content-disposition');
  if (disposition !== undefined && /^\s*attachment\b/i.test(disposition))
    return [
      {
        level: 'blocks',
        rule: 'attachment',
        text: 'It is sent as a download.',
        line: `Content-Disposition: ${disposition}`,
        fix: 'Remove Content-Disposition, or write inline.',
      },
    ];
  const findings: Finding[] = [];
  const [type] = valuesOf(headers, 'content-type');
  if (type !== undefined && !/^\s*(text\/html|application\/xhtml\+xml)\b/i.test(type))
    findings.push({
      level: 'warns',
      rule: 'content-type',
      text: 'It is no HTML, so nothing in it can speak with the page around it.',
      line: `Content-Type: ${type}`,
    });
  if (status >= 400)
    findings.push({
      level: 'warns',
      rule: 'status',
      text: `It answers ${status}. Browsers embed such a page like any other, so this is what users would see.`,
    });
  return findings;
}

/** What a page that is isolated by `Cross-Origin-Embedder-Policy` asks of its frames. */
function embedderPolicy({ hops, host, hostCoep }: Framing): Finding[] {
  const last = hops.at(-1);
  if (!last) return [];
  const [own] = valuesOf(last.headers, 'cross-origin-embedder-policy');
  const [resource] = valuesOf(last.headers, 'cross-origin-resource-policy');
  const [opener] = valuesOf(last.headers, 'cross-origin-opener-policy');
  const isolated = (value: string | undefined) => /^\s*(require-corp|credentialless)\b/i.test(value ?? '');
  const findings: Finding[] = [];
  if (isolated(hostCoep)) {
    if (!isolated(own))
      findings.push({
        level: 'blocks',
        rule: 'coep',
        text: `The embedding page has Cross-Origin-Embedder-Policy: ${hostCoep}, so this one needs the header too, and lacks it.`,
        ...(own !== undefined && { line: `Cross-Origin-Embedder-Policy: ${own}` }),
        fix: 'Cross-Origin-Embedder-Policy: require-corp',
      });
    const wide = resource?.trim().toLowerCase();
    const fits =
      last.url.origin === host ||
      wide === 'cross-origin' ||
      (wide === 'same-site' && isSameSite(last.url, new URL(host)));
    if (!fits)
      findings.push({
        level: 'blocks',
        rule: 'corp',
        text: `The embedding page has Cross-Origin-Embedder-Policy: ${hostCoep}, so this one must say who may have it.`,
        ...(resource !== undefined && { line: `Cross-Origin-Resource-Policy: ${resource}` }),
        fix: 'Cross-Origin-Resource-Policy: cross-origin',
      });
    return findings;
  }
  const idle = Object.entries({
    'Cross-Origin-Opener-Policy': opener,
    'Cross-Origin-Embedder-Policy': own,
    'Cross-Origin-Resource-Policy': resource,
  }).filter(([, value]) => value !== undefined);
  for (const [name, value] of idle)
    findings.push({
      level: 'notes',
      rule:
        name === 'Cross-Origin-Opener-Policy' ? 'coop' : name.endsWith('Resource-Policy') ? 'corp' : 'coep',
      text:
        name === 'Cross-Origin-Opener-Policy'
          ? 'It has no effect in a frame.'
          : 'It keeps no page from embedding this one, unless that page has Cross-Origin-Embedder-Policy itself (--host-coep).',
      line: `${name}: ${value}`,
    });
  return findings;
}

/** Who may embed it, by its last answer alone: `frame-ancestors`, and without that X-Frame-Options. */
function ancestors({ hops, host, further }: Framing): Finding[] {
  const last = hops.at(-1);
  if (!last || last.location) return [];
  const all = [host, ...further];
  const policies = policiesOf(valuesOf(last.headers, 'content-security-policy'));
  const own = policies.flatMap((policy) => policy.get('frame-ancestors') ?? []);
  const line = (sources: readonly string[]) =>
    `Content-Security-Policy: frame-ancestors ${sources.join(' ')}`.trimEnd();
  const allowed = [...new Set(own.filter((source) => source.toLowerCase() !== "'none'"))];
  const fix = line([...(allowed.length ? allowed : ["'self'"]), ...all]);
  const having = policies.filter((policy) => policy.has('frame-ancestors'));
  for (const policy of having) {
    const sources = policy.get('frame-ancestors') as readonly string[];
    const refused = all.find(
      (each) => !allows(sources, { url: new URL(each), self: last.url.origin, paths: false }),
    );
    if (refused !== undefined)
      return [
        {
          level: 'blocks',
          rule: 'frame-ancestors',
          text: whyRefused(sources, refused),
          line: line(sources),
          fix,
        },
      ];
  }
  const options = valuesOf(last.headers, 'x-frame-options');
  const stated = options.map((value) => `X-Frame-Options: ${value}`).join('\n');
  if (having.length)
    return [
      {
        level: 'ok',
        rule: 'frame-ancestors',
        text: `It lets ${all.join(' and ')} embed it.${options.length ? ' X-Frame-Options is ignored beside it.' : ''}`,
        line: line(own),
      },
    ];
  return options.length ? frameOptions(options, stated, last.url, all, fix) : reportOnly(last.headers);
}

function whyRefused(sources: readonly string[], who: string): string {
  if (!sources.length || sources.every((source) => source.toLowerCase() === "'none'"))
    return 'It may not be embedded by anybody.';
  if (sources.some((source) => source.toLowerCase() === 'none'))
    return `Without its quotes, none is a host called so; ${who} is another.`;
  return `It may be embedded by those alone that are listed, and ${who} is not among them.`;
}

/** The HTML standard's check of X-Frame-Options. */
function frameOptions(
  values: readonly string[],
  line: string,
  url: URL,
  all: readonly string[],
  fix: string,
): Finding[] {
  const set = new Set(values.flatMap((value) => value.split(',')).map((value) => value.trim().toLowerCase()));
  const known = ['deny', 'sameorigin', 'allowall'].some((value) => set.has(value));
  const refused = (text: string): Finding[] => [
    { level: 'blocks', rule: 'x-frame-options', text, line, fix: `Remove X-Frame-Options, and send\n${fix}` },
  ];
  if (set.size > 1 && known) return refused('It says several things at once, which browsers take for DENY.');
  if (set.has('deny')) return refused('It may not be embedded by anybody.');
  const other = all.find((each) => each !== url.origin);
  if (set.has('sameorigin') && other !== undefined)
    return refused(`It may be embedded by pages of ${url.origin} alone, and ${other} is another origin.`);
  if (set.has('sameorigin'))
    return [{ level: 'ok', rule: 'x-frame-options', text: 'The page that embeds has its origin.', line }];
  return [
    {
      level: 'warns',
      rule: 'x-frame-options',
      text: 'Browsers know no such value, and ignore it: anybody may embed this page.',
      line,
      fix,
    },
  ];
}

function reportOnly(headers: Framing['hops'][number]['headers']): Finding[] {
  const policies = policiesOf(valuesOf(headers, 'content-security-policy-report-only'));
  const having = policies.find((policy) => policy.has('frame-ancestors'));
  const free: Finding = {
    level: 'ok',
    rule: 'frame-ancestors',
    text: 'Neither frame-ancestors nor X-Frame-Options: anybody may embed it.',
  };
  if (!having) return [free];
  const line = `Content-Security-Policy-Report-Only: frame-ancestors ${having.get('frame-ancestors')?.join(' ')}`;
  return [
    free,
    { level: 'notes', rule: 'frame-ancestors', text: 'It is only reported, and blocks nothing.', line },
  ];
}
