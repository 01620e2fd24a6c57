import type { Kind } from '../../sim/api/kinds.ts';
import { isOn, valueOf, wholeNumber, type Flags } from './flags.ts';
import type { KubectlReading } from './line.ts';
import { refuse } from './refusal.ts';
import { readTargets } from './targets.ts';
import type { KindNames } from '../resource-names.ts';

const MOST_REPLICAS = 10_000_000;
const SCALABLE = ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'] as const;
const ROLLED_OUT = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

function among<K extends Kind>(kinds: readonly K[], kind: Kind): kind is K {
  return (kinds as readonly Kind[]).includes(kind);
}

export function readFiles(
  verb: 'apply' | 'create',
  rest: readonly string[],
  flags: Flags,
  namespace: string | undefined,
): KubectlReading {
  const files = (flags.get('filename') ?? []).flatMap((value) => value.split(','));
  if (rest.length > 0)
    return refuse(`unexpected \`${rest[0]}\` after \`${verb}\``, `files are named with \`-f\`: \`${verb} -f PATH\``);
  if (files.length === 0 || files.includes('')) return refuse(`\`${verb}\` needs a file: \`${verb} -f PATH\``);
  return { ok: true, line: { verb, files, recursive: isOn(flags, 'recursive'), namespace } };
}

export function readScale(rest: readonly string[], flags: Flags, namespace: string, kinds: KindNames): KubectlReading {
  const targets = readTargets(rest, namespace, kinds);
  if (!targets.ok) return targets;
  const { kind, keys } = targets;
  if (!among(SCALABLE, kind)) return refuse(`a ${kind} cannot be scaled`, `these can: ${SCALABLE.join(', ')}`);
  const written = valueOf(flags, 'replicas');
  if (written === undefined) return refuse('`scale` needs `--replicas=N`');
  const replicas = wholeNumber(written, MOST_REPLICAS);
  if (replicas === undefined)
    return refuse(`\`--replicas=${written.slice(0, 40)}\` is not a number of replicas from 0 to ${MOST_REPLICAS}`);
  return { ok: true, line: { verb: 'scale', kind, keys, replicas } };
}

export function readSetImage(rest: readonly string[], namespace: string, kinds: KindNames): KubectlReading {
  const targets = readTargets(
    rest.filter((word) => !word.includes('=')),
    namespace,
    kinds,
  );
  if (!targets.ok) return targets;
  const { kind, keys } = targets;
  if (!among(ROLLED_OUT, kind))
    return refuse(`\`set image\` of a ${kind} is not simulated`, `it is for ${ROLLED_OUT.join(', ')}`);
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
  return { ok: true, line: { verb: 'set-image', kind, keys, images } };
}

export function readDelete(rest: readonly string[], flags: Flags, namespace: string, kinds: KindNames): KubectlReading {
  const targets = readTargets(rest, namespace, kinds);
  if (!targets.ok) return targets;
  const grace = readGrace(flags);
  if (typeof grace === 'string') return refuse(grace);
  let gracePeriodSeconds = grace;
  if (isOn(flags, 'now')) {
    if (gracePeriodSeconds !== undefined) return refuse('`--now` and `--grace-period` exclude each other');
    gracePeriodSeconds = 1;
  }
  if (isOn(flags, 'force')) gracePeriodSeconds = 0;
  const { kind, keys } = targets;
  const written = valueOf(flags, 'cascade');
  if (written === undefined) return { ok: true, line: { verb: 'delete', kind, keys, gracePeriodSeconds } };
  const propagation = CASCADES[written];
  if (propagation === undefined)
    return refuse(`\`--cascade=${written.slice(0, 40)}\` is not background, orphan or foreground`);
  return { ok: true, line: { verb: 'delete', kind, keys, gracePeriodSeconds, propagation } };
}

const CASCADES: Readonly<Record<string, 'Background' | 'Foreground' | 'Orphan' | undefined>> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
};

/** `--grace-period`: undefined for the object's own, a text for what is wrong with it. */
export function readGrace(flags: Flags): number | string | undefined {
  const written = valueOf(flags, 'grace-period');
  if (written === undefined || written === '-1') return undefined;
  return wholeNumber(written, 1_000_000_000) ?? `\`--grace-period=${written.slice(0, 40)}\` is not a number of seconds`;
}

const ROLLOUTS = ['undo', 'pause', 'resume', 'restart'] as const;

export function readRollout(
  rest: readonly string[],
  flags: Flags,
  namespace: string,
  kinds: KindNames,
): KubectlReading {
  const [word = '', ...names] = rest;
  const action = ROLLOUTS.find((one) => one === word);
  if (action === undefined)
    return refuse(`\`rollout ${word.slice(0, 40)}\` is not simulated`, `these are: ${ROLLOUTS.join(', ')}`);
  const targets = readTargets(names, namespace, kinds);
  if (!targets.ok) return targets;
  const { kind, keys } = targets;
  const pauses = action === 'pause' || action === 'resume';
  if (!among(ROLLED_OUT, kind) || (pauses && kind !== 'Deployment'))
    return refuse(
      `\`rollout ${action}\` of a ${kind} cannot be done`,
      `it is for ${pauses ? 'Deployments' : ROLLED_OUT.join(', ')}`,
    );
  const written = valueOf(flags, 'to-revision') ?? '0';
  const toRevision = wholeNumber(written, 1_000_000_000);
  if (toRevision === undefined) return refuse(`\`--to-revision=${written.slice(0, 40)}\` is not a revision`);
  return { ok: true, line: { verb: 'rollout', action, kind, keys, toRevision } };
}

export function readAutoscale(
  rest: readonly string[],
  flags: Flags,
  namespace: string,
  kinds: KindNames,
): KubectlReading {
  const targets = readTargets(rest, namespace, kinds);
  if (!targets.ok) return targets;
  const { kind, keys } = targets;
  if (!among(SCALABLE, kind)) return refuse(`a ${kind} cannot be scaled`, `these can: ${SCALABLE.join(', ')}`);
  const numbers: Record<string, number | undefined> = {};
  for (const flag of ['min', 'max', 'cpu-percent']) {
    const written = valueOf(flags, flag);
    if (written === undefined) continue;
    numbers[flag] = wholeNumber(written, MOST_REPLICAS);
    if (numbers[flag] === undefined) return refuse(`\`--${flag}=${written.slice(0, 40)}\` is not a whole number`);
  }
  const cpu = valueOf(flags, 'cpu');
  if (cpu !== undefined) {
    numbers['cpu-percent'] = wholeNumber(cpu.replace(/%$/, ''), MOST_REPLICAS);
    if (numbers['cpu-percent'] === undefined || !cpu.endsWith('%'))
      return refuse(`\`--cpu=${cpu.slice(0, 40)}\` is not per cent of the requests, such as 80%`);
  }
  const maxReplicas = numbers['max'];
  if (maxReplicas === undefined || maxReplicas === 0) return refuse('`autoscale` needs `--max=N`, at least 1');
  const minReplicas = numbers['min'];
  if (minReplicas !== undefined && minReplicas > maxReplicas) return refuse('`--max` must not be less than `--min`');
  const name = valueOf(flags, 'name');
  return {
    ok: true,
    line: { verb: 'autoscale', kind, keys, name, minReplicas, maxReplicas, cpuPercent: numbers['cpu-percent'] },
  };
}
