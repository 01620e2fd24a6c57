import type { Labels } from '../../api/meta.ts';
import type { Node, Taint } from '../../api/node.ts';
import type { KubectlCommand } from '../../scenario/kubectl.ts';
import { printed } from './resource-name.ts';
import { demand, type KubectlSteps, type Terminal } from './steps.ts';

type Marking = Extract<KubectlCommand, { verb: 'label' | 'annotate' }>;
type Tainting = Extract<KubectlCommand, { verb: 'taint' }>;

/** `kubectl label` and `kubectl annotate`. */
export function* mark(terminal: Terminal, { verb, kind, key, values, overwrite }: Marking): KubectlSteps {
  const found = yield* demand(terminal, { verb: 'get', kind, key });
  if (found?.object === undefined) return;
  const member = verb === 'label' ? 'labels' : 'annotations';
  const present: Labels = found.object.metadata[member];
  const changes: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(values)) {
    const old = present[name];
    if (value === null) {
      if (old === undefined) terminal.warn(`${verb} "${name}" not found.`);
      else changes[name] = null;
    } else if (old === undefined || (overwrite && old !== value)) changes[name] = value;
    else if (!overwrite && old !== value) {
      return terminal.fail(
        verb === 'label'
          ? `error: '${name}' already has a value (${old}), and --overwrite is false`
          : `error: --overwrite is false but found the following declared annotation(s): '${name}' already has a value (${old})`,
      );
    }
  }
  const names = Object.keys(changes);
  if (names.length === 0) {
    return terminal.out(`${printed(kind, key)} ${verb === 'label' ? 'not labeled' : 'annotated'}`);
  }
  const patch = { metadata: { [member]: changes } };
  const done = yield* demand(terminal, { verb: 'patch', kind, key, patch });
  if (done === undefined) return;
  const isRemoval = names.every((name) => changes[name] === null);
  const word = verb === 'annotate' ? 'annotated' : isRemoval ? 'unlabeled' : 'labeled';
  terminal.out(`${printed(kind, key)} ${word}`);
}

/** `kubectl taint nodes`: a taint is known by its key and effect. */
export function* taint(terminal: Terminal, { key, add, remove, overwrite }: Tainting): KubectlSteps {
  const found = yield* demand(terminal, { verb: 'get', kind: 'Node', key });
  if (found?.object === undefined) return;
  const present = (found.object as Node).spec.taints ?? [];
  const isSame = (a: Taint, b: { readonly key: string; readonly effect?: string | undefined }): boolean =>
    a.key === b.key && (b.effect === undefined || a.effect === b.effect);
  const clashing = add.filter((one) => present.some((other) => isSame(other, one)));
  if (clashing.length > 0 && !overwrite) {
    const effects = clashing.map((one) => `${one.key}:${one.effect}`).join(',');
    return terminal.fail(
      `error: node ${key} already has ${effects} taint(s) with same effect(s) and --overwrite is false`,
    );
  }
  const absent = remove.filter((one) => !present.some((other) => isSame(other, one)));
  if (absent.length > 0) {
    return terminal.fail(`error: taint "${absent.map(named).join(',')}" not found`);
  }
  const kept = present.filter((one) => ![...add, ...remove].some((other) => isSame(one, other)));
  const patch = { spec: { taints: [...add, ...kept] } };
  const done = yield* demand(terminal, { verb: 'patch', kind: 'Node', key, patch });
  if (done === undefined) return;
  const word = clashing.length > 0 ? 'modified' : add.length === 0 ? 'untainted' : 'tainted';
  terminal.out(`node/${key} ${word}`);
}

function named({ key, effect }: { readonly key: string; readonly effect?: string | undefined }): string {
  return effect === undefined ? key : `${key}:${effect}`;
}
