import type { Kind } from '../sim/api/kinds.ts';
import { KINDS, objectKey } from '../sim/api/kinds.ts';
import { splitWords } from './kubectl-words.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import { kindNamed, nearestKindName } from './resource-names.ts';

/** A kubectl command as written: names not yet looked up, files not yet read. */
export type KubectlLine =
  | {
      readonly verb: 'apply';
      readonly files: readonly string[];
      readonly recursive: boolean;
      readonly namespace: string | undefined;
    }
  | {
      readonly verb: 'scale';
      readonly kind: 'Deployment' | 'ReplicaSet';
      readonly keys: readonly string[];
      readonly replicas: number;
    }
  | {
      readonly verb: 'set-image';
      readonly kind: 'Deployment';
      readonly keys: readonly string[];
      readonly images: Readonly<Record<string, string>>;
    }
  | {
      readonly verb: 'delete';
      readonly kind: Kind;
      readonly keys: readonly string[];
      readonly gracePeriodSeconds: number | undefined;
    };

/** What a command says, or why it cannot be followed. */
export type KubectlReading =
  | { readonly ok: true; readonly line: KubectlLine }
  | { readonly ok: false; readonly message: string; readonly help?: string | undefined };

const SUPPORTED =
  'supported: `apply -f PATH`, `scale KIND/NAME --replicas=N`, `set image deployment/NAME CONTAINER=IMAGE`, `delete KIND NAME`, each with `-n NAMESPACE`';

interface Flag {
  readonly long: string;
  readonly short?: string;
  /** A flag without a value is true or false. */
  readonly value: boolean;
}

const FLAGS: Readonly<Record<KubectlLine['verb'], readonly Flag[]>> = {
  apply: [
    { long: 'filename', short: 'f', value: true },
    { long: 'recursive', short: 'R', value: false },
  ],
  scale: [{ long: 'replicas', value: true }],
  'set-image': [],
  delete: [
    { long: 'grace-period', value: true },
    { long: 'now', value: false },
    { long: 'force', value: false },
  ],
};

const NAMESPACE: Flag = { long: 'namespace', short: 'n', value: true };

/** Reads a command line as kubectl does, for the commands that the simulated client knows. `kubectl` itself may lead. */
export function parseKubectl(text: string): KubectlReading {
  const words = splitWords(text);
  if (words === undefined) return refuse('a quote in the command is not closed');
  if (words[0] === 'kubectl') words.shift();
  const front = splitLeadingNamespace(words);
  const [first = '', second = ''] = front.words;
  const verb = first === 'set' && second === 'image' ? 'set-image' : first;
  if (verb !== 'apply' && verb !== 'scale' && verb !== 'delete' && verb !== 'set-image')
    return refuseVerb(first, second);
  const split = splitFlags(front.words, [...FLAGS[verb], NAMESPACE]);
  if (!split.ok) return split;
  const { flags } = split;
  const rest = split.words.slice(verb === 'set-image' ? 2 : 1);
  const namespace = flags.get('namespace')?.at(-1) ?? front.namespace;
  if (namespace === '') return refuse('`--namespace` needs a value');
  switch (verb) {
    case 'apply':
      return apply(rest, flags, namespace);
    case 'scale':
      return scale(rest, flags, namespace ?? 'default');
    case 'set-image':
      return setImage(rest, namespace ?? 'default');
    case 'delete':
      return remove(rest, flags, namespace ?? 'default');
  }
}

/** Commands of kubectl that are no slips of those that are simulated. */
const NOT_SIMULATED: ReadonlySet<string> = new Set([
  'annotate',
  'autoscale',
  'cordon',
  'create',
  'describe',
  'drain',
  'edit',
  'exec',
  'expose',
  'get',
  'label',
  'logs',
  'patch',
  'replace',
  'rollout',
  'run',
  'taint',
  'uncordon',
  'wait',
]);

function refuseVerb(first: string, second: string): KubectlReading {
  if (first === '' || first.startsWith('-')) return refuse('the command is empty');
  if (first === 'set')
    return refuse(second === '' ? '`set` needs to be told what: `set image …`' : `\`set ${second}\` is not simulated`);
  if (NOT_SIMULATED.has(first)) return refuse(`\`kubectl ${first}\` is not simulated`);
  const meant = nearest(first, ['apply', 'scale', 'delete', 'set']);
  return refuse(
    `\`${first.slice(0, 40)}\` is not a command that is simulated`,
    meant === undefined ? undefined : `did you mean \`${meant}\`?`,
  );
}

/** `-n NAMESPACE` may stand before the command as well. */
function splitLeadingNamespace(words: readonly string[]): {
  readonly words: readonly string[];
  readonly namespace: string | undefined;
} {
  const match = /^(?:-n|--namespace)(?:=?(.*))$/.exec(words[0] ?? '');
  if (match === null) return { words, namespace: undefined };
  return match[1] === ''
    ? { words: words.slice(2), namespace: words[1] ?? '' }
    : { words: words.slice(1), namespace: match[1] };
}

type Flags = ReadonlyMap<string, readonly string[]>;

function apply(rest: readonly string[], flags: Flags, namespace: string | undefined): KubectlReading {
  const files = (flags.get('filename') ?? []).flatMap((value) => value.split(','));
  if (rest.length > 0)
    return refuse(`unexpected \`${rest[0]}\` after \`apply\``, 'files are named with `-f`: `apply -f PATH`');
  if (files.length === 0 || files.includes('')) return refuse('`apply` needs a file: `apply -f PATH`');
  return { ok: true, line: { verb: 'apply', files, recursive: flags.get('recursive')?.at(-1) === 'true', namespace } };
}

function scale(rest: readonly string[], flags: Flags, namespace: string): KubectlReading {
  const targets = readTargets(rest, namespace);
  if (!targets.ok) return targets;
  if (targets.kind !== 'Deployment' && targets.kind !== 'ReplicaSet')
    return refuse(`a ${targets.kind} cannot be scaled`, 'Deployments and ReplicaSets can');
  const written = flags.get('replicas')?.at(-1);
  if (written === undefined) return refuse('`scale` needs `--replicas=N`');
  const replicas = wholeNumber(written, 10_000_000);
  if (replicas === undefined)
    return refuse(`\`--replicas=${written.slice(0, 40)}\` is not a number of replicas from 0 to 10000000`);
  return { ok: true, line: { verb: 'scale', kind: targets.kind, keys: targets.keys, replicas } };
}

function setImage(rest: readonly string[], namespace: string): KubectlReading {
  const targets = readTargets(
    rest.filter((word) => !word.includes('=')),
    namespace,
  );
  if (!targets.ok) return targets;
  if (targets.kind !== 'Deployment')
    return refuse(`\`set image\` of a ${targets.kind} is not simulated`, 'it is for Deployments');
  const images = Object.create(null) as Record<string, string>;
  for (const word of rest) {
    const equals = word.indexOf('=');
    if (equals < 0) continue;
    const container = word.slice(0, equals);
    const image = word.slice(equals + 1);
    if (container === '' || image === '' || container === '__proto__')
      return refuse(`\`${word.slice(0, 60)}\` is not CONTAINER=IMAGE`);
    images[container] = image;
  }
  if (Object.keys(images).length === 0) return refuse('`set image` needs CONTAINER=IMAGE');
  return { ok: true, line: { verb: 'set-image', kind: 'Deployment', keys: targets.keys, images } };
}

function remove(rest: readonly string[], flags: Flags, namespace: string): KubectlReading {
  const targets = readTargets(rest, namespace);
  if (!targets.ok) return targets;
  let gracePeriodSeconds: number | undefined;
  const written = flags.get('grace-period')?.at(-1);
  if (written !== undefined && written !== '-1') {
    gracePeriodSeconds = wholeNumber(written, 1_000_000_000);
    if (gracePeriodSeconds === undefined)
      return refuse(`\`--grace-period=${written.slice(0, 40)}\` is not a number of seconds`);
  }
  if (flags.get('now')?.at(-1) === 'true') {
    if (gracePeriodSeconds !== undefined) return refuse('`--now` and `--grace-period` exclude each other');
    gracePeriodSeconds = 1;
  }
  if (flags.get('force')?.at(-1) === 'true') gracePeriodSeconds = 0;
  return { ok: true, line: { verb: 'delete', kind: targets.kind, keys: targets.keys, gracePeriodSeconds } };
}

type Targets =
  { readonly ok: true; readonly kind: Kind; readonly keys: readonly string[] } | (KubectlReading & { ok: false });

/** `KIND/NAME …` all of one kind, or `KIND NAME …`. */
function readTargets(words: readonly string[], namespace: string): Targets {
  const [first] = words;
  if (first === undefined) return refuse('the command needs an object: KIND/NAME');
  const slashes = words.map((word) => word.split('/'));
  const mixed =
    slashes.some((parts) => parts.length > 2) ||
    slashes.some((parts) => (parts.length === 2) !== (slashes[0]?.length === 2));
  if (mixed) return refuse('objects are named KIND/NAME, or KIND NAME');
  let kindName: string;
  let names: string[];
  if (slashes[0]?.length === 2) {
    kindName = slashes[0][0] as string;
    names = slashes.map((parts) => parts[1] as string);
    const other = slashes.find((parts) => kindNamed(parts[0] as string) !== kindNamed(kindName));
    if (other !== undefined) return refuse('one command is for objects of one kind');
  } else {
    kindName = first;
    names = words.slice(1);
  }
  const kind = kindNamed(kindName);
  if (kind === undefined) {
    const meant = nearestKindName(kindName);
    return refuse(
      `\`${kindName.slice(0, 60)}\` is not a kind that is simulated`,
      meant === undefined ? undefined : `did you mean \`${meant}\`?`,
    );
  }
  if (names.length === 0 || names.includes(''))
    return refuse(`the command needs the name of the ${kind}: \`${kind.toLowerCase()}/NAME\``);
  const keys = names.map((name) => (KINDS[kind].namespaced ? objectKey(namespace, name) : name));
  return { ok: true, kind, keys };
}

type SplitFlags =
  { readonly ok: true; readonly words: readonly string[]; readonly flags: Flags } | (KubectlReading & { ok: false });

function splitFlags(words: readonly string[], known: readonly Flag[]): SplitFlags {
  const plain: string[] = [];
  const flags = new Map<string, string[]>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('-') || word === '-') {
      plain.push(word);
      continue;
    }
    const match = /^(?:--([^=]+)|-([A-Za-z]))(?:=?([^]*))$/.exec(word);
    const name = match?.[1] ?? match?.[2] ?? word;
    const flag = known.find(({ long, short }) => (word.startsWith('--') ? long === name : short === name));
    if (flag === undefined) {
      const meant = nearest(
        name,
        known.map(({ long }) => long),
      );
      return refuse(
        `the flag \`${word.slice(0, 40)}\` is not simulated here`,
        meant === undefined
          ? `known flags: ${known.map(({ long }) => '--' + long).join(', ')}`
          : `did you mean \`--${meant}\`?`,
      );
    }
    const attached = word.startsWith('--')
      ? word.includes('=')
        ? word.slice(word.indexOf('=') + 1)
        : undefined
      : word.length > 2
        ? word.slice(word[2] === '=' ? 3 : 2)
        : undefined;
    let value: string | undefined = attached;
    if (flag.value) value ??= words[++i];
    else value ??= 'true';
    if (value === undefined) return refuse(`\`--${flag.long}\` needs a value`);
    if (!flag.value && value !== 'true' && value !== 'false') return refuse(`\`--${flag.long}\` is true or false`);
    const values = flags.get(flag.long);
    if (values === undefined) flags.set(flag.long, [value]);
    else values.push(value);
  }
  return { ok: true, words: plain, flags };
}

function wholeNumber(text: string, most: number): number | undefined {
  if (!/^[0-9]{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}

function refuse(
  message: string,
  help?: string,
): { readonly ok: false; readonly message: string; readonly help: string } {
  return { ok: false, message, help: help === undefined ? SUPPORTED : help };
}
