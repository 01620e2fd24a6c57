import { objectKey } from '../sim/api/kinds.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../sim/api/meta.ts';
import type { Condition } from '../sim/scenario/expectations.ts';
import { editDistance, nearest } from '../sim/api/decode/nearest.ts';
import { kindNamed } from './resource-names.ts';

export type ConditionReading =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly message: string; readonly help: string };

/** The sentences an expectation may use. NAME, N and k=v stand for what the author puts there. */
export const SENTENCES: readonly string[] = [
  'every Deployment is available',
  'every Pod is running',
  'every Service has endpoints',
  'deployment/NAME is available',
  'deployment/NAME has at least N available',
  'service/NAME has endpoints',
  'service/NAME has at least N endpoints',
  ...podSentences('pods'),
  ...podSentences('pods matching K=V'),
];

function podSentences(pods: string): readonly string[] {
  const amounts = ['at least N', 'at most N', 'exactly N', 'N', 'no'];
  return ['are PHASE', 'exist'].flatMap((what) => amounts.map((amount) => `${amount} ${pods} ${what}`));
}

const PHASES: ReadonlyMap<string, string> = new Map(
  ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown', 'Ready'].map((phase) => [phase.toLowerCase(), phase]),
);

/**
 * Reads a sentence such as `deployment/checkout has at least 2 available`. Case does not matter, `-n NAMESPACE` may
 * follow. A number of pods without `at least` or `at most` is exact.
 */
export function parseCondition(sentence: string): ConditionReading {
  const words = sentence.trim().split(/\s+/);
  let namespace: string | undefined;
  const flag = words.findIndex((word) => word === '-n' || word === '--namespace');
  if (flag >= 0) {
    namespace = words[flag + 1];
    if (namespace === undefined)
      return { ok: false, message: '`-n` needs a namespace', help: `${sentence.trim()} default` };
    words.splice(flag, 2);
  }
  const lower = words.map((word) => word.toLowerCase());
  const condition =
    everyObject(lower, namespace) ?? oneObject(words, lower, namespace ?? 'default') ?? pods(words, lower, namespace);
  if (condition !== undefined) return { ok: true, condition };
  return {
    ok: false,
    message: `\`${sentence.trim().slice(0, 100)}\` is not a condition that can be checked`,
    help: suggestion(words),
  };
}

function everyObject(lower: readonly string[], namespace: string | undefined): Condition | undefined {
  switch (lower.join(' ')) {
    case 'every deployment is available':
      return { that: 'every-deployment-available', namespace };
    case 'every pod is running':
      return { that: 'every-pod-running', namespace };
    case 'every service has endpoints':
      return { that: 'every-service-has-endpoints', namespace };
    default:
      return undefined;
  }
}

function oneObject(words: readonly string[], lower: readonly string[], namespace: string): Condition | undefined {
  const match = /^([a-z.]+)\/([a-z0-9][-a-z0-9.]*)$/i.exec(words[0] ?? '');
  if (match === null) return undefined;
  const kind = kindNamed(match[1] as string);
  const key = objectKey(namespace, match[2] as string);
  const rest = lower.slice(1).join(' ');
  const number = /^has at least ([0-9]{1,9}) (available|endpoints?)$/.exec(rest);
  const atLeast = number === null ? undefined : Number(number[1]);
  if (kind === 'Deployment') {
    if (rest === 'is available') return { that: 'available', kind: 'Deployment', key, atLeast: undefined };
    if (atLeast !== undefined && number?.[2] === 'available')
      return { that: 'available', kind: 'Deployment', key, atLeast };
  }
  if (kind === 'Service') {
    if (rest === 'has endpoints') return { that: 'has-endpoints', key, atLeast: 1 };
    if (atLeast !== undefined && number?.[2] !== 'available') return { that: 'has-endpoints', key, atLeast };
  }
  return undefined;
}

const PODS =
  /^(?:(at least|at most|exactly) )?(no|[0-9]{1,9}) pods?(?: matching (\S+))? (?:exists?|(?:is|are) ([a-z]+))$/i;

function pods(
  words: readonly string[],
  lower: readonly string[],
  namespace: string | undefined,
): Condition | undefined {
  const match = PODS.exec(words.join(' '));
  if (match === null) return undefined;
  const phase = PHASES.get(lower.at(-1) as string);
  if (match[4] !== undefined && phase === undefined) return undefined;
  const selector = match[3] === undefined ? {} : parseSelector(match[3]);
  if (selector === undefined) return undefined;
  const bound = match[1]?.toLowerCase() ?? 'exactly';
  const none = (match[2] as string).toLowerCase() === 'no';
  if (none && match[1] !== undefined) return undefined;
  const number = none ? 0 : Number(match[2]);
  return {
    that: 'pods',
    selector,
    namespace,
    phase,
    atLeast: bound === 'at most' ? 0 : number,
    atMost: bound === 'at least' ? Infinity : number,
  };
}

/** `k=v`, `k==v`, `k!=v`, `k` and `!k`, joined by commas, as `kubectl -l` takes them. */
function parseSelector(text: string): LabelSelector | undefined {
  const matchLabels = Object.create(null) as Record<string, string>;
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const part of text.split(',')) {
    const match = /^(!?)([A-Za-z0-9][-A-Za-z0-9_./]*)(?:(!?==?)([-A-Za-z0-9_.]*))?$/.exec(part);
    if (match === null) return undefined;
    const key = match[2] as string;
    const value = match[4] ?? '';
    if (match[3] === undefined) matchExpressions.push({ key, operator: match[1] === '!' ? 'DoesNotExist' : 'Exists' });
    else if (match[1] === '!') return undefined;
    else if (match[3] === '!=') matchExpressions.push({ key, operator: 'NotIn', values: [value] });
    else if (match[3] === '!==') return undefined;
    else matchLabels[key] = value;
  }
  return matchExpressions.length === 0 ? { matchLabels } : { matchLabels, matchExpressions };
}

/** The sentence whose words are nearest, with the author's own names and numbers put back. */
function suggestion(words: readonly string[]): string {
  const names: string[] = [];
  const normal = words.map((word) => {
    const slash = /^([a-z.]+)\/(.+)$/i.exec(word);
    if (slash !== null) {
      const kind =
        kindNamed(slash[1] as string) ??
        (editDistance((slash[1] as string).toLowerCase(), 'service', 3) < 4 ? 'Service' : 'Deployment');
      names.push(slash[2] as string);
      return `${kind.toLowerCase()}/NAME`;
    }
    if (/^[0-9]+$/.test(word)) return 'N';
    return /^[^=]+=/.test(word) ? 'K=V' : word;
  });
  const readings = [normal, normal.map((word) => (phaseMeant(word) === undefined ? word : 'PHASE'))].map((reading) =>
    reading.join(' ').slice(0, 120).toLowerCase(),
  );
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const sentence of SENTENCES)
    for (const reading of readings) {
      const distance = editDistance(reading, sentence.toLowerCase(), 200);
      if (distance >= bestDistance) continue;
      best = sentence;
      bestDistance = distance;
    }
  if (best === undefined || bestDistance > best.length / 2)
    return `sentences that can be checked: ${SENTENCES.join(' | ')}`;
  const number = words.find((word) => /^[0-9]+$/.test(word)) ?? 'N';
  const selector = words.find((word) => /^[^=]+=/.test(word)) ?? 'K=V';
  const phase = words.map(phaseMeant).find((found) => found !== undefined);
  const filled = best
    .replace('NAME', names[0] ?? 'NAME')
    .replace(/\bN\b/, number)
    .replace('K=V', selector)
    .replace('PHASE', phase ?? 'Running');
  if (filled.toLowerCase() === words.join(' ').toLowerCase())
    return 'selectors are written K=V, K!=V, K or !K, joined by commas';
  return `did you mean \`${filled}\`?`;
}

function phaseMeant(word: string): string | undefined {
  return (
    PHASES.get(word.toLowerCase()) ?? (/^(?:are|is)$/i.test(word) ? undefined : nearest(word, [...PHASES.values()]))
  );
}
