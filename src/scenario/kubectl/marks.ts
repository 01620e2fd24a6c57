import type { Taint } from '../../sim/api/node.ts';
import type { PatchBody } from '../../sim/api/request.ts';
import { readDocuments } from '../read-documents.ts';
import { SourceFile } from '../source-file.ts';
import { isOn, valueOf, type Flags } from './flags.ts';
import type { KubectlReading } from './line.ts';
import { refuse } from './refusal.ts';
import { readNodes, readTargets } from './targets.ts';
import type { KindNames } from '../resource-names.ts';

/** `label` and `annotate`: NAME=VALUE sets, NAME- takes away. */
export function readMarks(
  verb: 'label' | 'annotate',
  rest: readonly string[],
  flags: Flags,
  namespace: string,
  kinds: KindNames,
): KubectlReading {
  const isMark = (word: string): boolean => word.includes('=') || word.endsWith('-');
  const targets = readTargets(
    rest.filter((word) => !isMark(word)),
    namespace,
    kinds,
  );
  if (!targets.ok) return targets;
  const values = Object.create(null) as Record<string, string | null>;
  for (const word of rest.filter(isMark)) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(0, -1) : word.slice(0, equals);
    if (name === '' || name === '__proto__' || Object.hasOwn(values, name))
      return refuse(`\`${word.slice(0, 60)}\` is not NAME=VALUE or NAME-, each name once`);
    values[name] = equals < 0 ? null : word.slice(equals + 1);
  }
  if (Object.keys(values).length === 0) return refuse(`\`${verb}\` needs NAME=VALUE or NAME-`);
  const { kind, keys } = targets;
  return { ok: true, line: { verb, kind, keys, values, overwrite: isOn(flags, 'overwrite') } };
}

const EFFECTS: readonly Taint['effect'][] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** `taint nodes NAME KEY=VALUE:EFFECT`; `KEY:EFFECT-` and `KEY-` take away. */
export function readTaint(rest: readonly string[], flags: Flags): KubectlReading {
  const words = /^(?:nodes?|no)$/.test(rest[0] ?? '') ? rest.slice(1) : rest;
  const isTaint = (word: string): boolean => /[=:]/.test(word) || word.endsWith('-');
  const targets = readNodes(words.filter((word) => !isTaint(word)));
  if (!targets.ok) return targets;
  const add: Taint[] = [];
  const remove: { key: string; effect?: Taint['effect'] }[] = [];
  for (const word of words.filter(isTaint)) {
    const takesAway = word.endsWith('-');
    const match = /^([^=:]+)(?:=([^:]*))?(?::([A-Za-z]+))?$/.exec(takesAway ? word.slice(0, -1) : word);
    const [, key = '', value, named] = match ?? [];
    const effect = EFFECTS.find((one) => one === named);
    if (match === null || (named !== undefined && effect === undefined) || (!takesAway && effect === undefined))
      return refuse(
        `\`${word.slice(0, 60)}\` is not KEY=VALUE:EFFECT, KEY:EFFECT- or KEY-`,
        `effects: ${EFFECTS.join(', ')}`,
      );
    if (takesAway) remove.push(effect === undefined ? { key } : { key, effect });
    else add.push({ key, ...(value === undefined || value === '' ? {} : { value }), effect: effect! });
  }
  if (add.length + remove.length === 0) return refuse('`taint` needs KEY=VALUE:EFFECT or KEY-');
  return { ok: true, line: { verb: 'taint', keys: targets.keys, add, remove, overwrite: isOn(flags, 'overwrite') } };
}

/** `patch KIND NAME -p JSON`, strategic where no type is named. */
export function readPatch(rest: readonly string[], flags: Flags, namespace: string, kinds: KindNames): KubectlReading {
  const targets = readTargets(rest, namespace, kinds);
  if (!targets.ok) return targets;
  const written = valueOf(flags, 'patch');
  if (written === undefined) return refuse('`patch` needs `-p JSON`');
  const type = valueOf(flags, 'type') ?? 'strategic';
  if (type !== 'strategic' && type !== 'merge' && type !== 'json')
    return refuse(`\`--type=${type.slice(0, 40)}\` is not strategic, merge or json`);
  const subresource = valueOf(flags, 'subresource');
  if (subresource !== undefined && subresource !== 'status' && subresource !== 'scale')
    return refuse(`\`--subresource=${subresource.slice(0, 40)}\` is not status or scale`);
  const patch = dataIn(written);
  const isList = Array.isArray(patch);
  if (typeof patch !== 'object' || patch === null || isList !== (type === 'json'))
    return refuse(type === 'json' ? 'a json patch is a list of operations' : 'the patch is not a map');
  const { kind, keys } = targets;
  const body = { patchType: type, patch } as Exclude<PatchBody, { patchType: 'apply' }>;
  return { ok: true, line: { verb: 'patch', kind, keys, subresource, body } };
}

/** JSON or YAML in one document; undefined where it is neither. */
function dataIn(text: string): unknown {
  let damaged = false;
  const documents = readDocuments(
    new SourceFile('(patch)', text),
    ({ severity }) => (damaged ||= severity === 'error'),
  );
  return damaged || documents.length !== 1 ? undefined : documents[0]!.data;
}
