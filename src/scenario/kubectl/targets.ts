import { factsOf, objectKey, type Kind } from '../../sim/api/kinds.ts';
import { nearestKindName, type KindNames } from '../resource-names.ts';
import { refuse, type Refusal } from './refusal.ts';

export type Targets = { readonly ok: true; readonly kind: Kind; readonly keys: readonly string[] } | Refusal;

/** `KIND/NAME …` all of one kind, or `KIND NAME …`. */
export function readTargets(words: readonly string[], namespace: string, kindNamed: KindNames): Targets {
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
  const keys = names.map((name) => (factsOf(kind).namespaced ? objectKey(namespace, name) : name));
  return { ok: true, kind, keys };
}

/** Nodes, by name or as `node/NAME`. */
export function readNodes(words: readonly string[]): Targets {
  const names = words.map((word) => word.replace(/^(?:nodes?|no)\//, ''));
  if (names.length === 0 || names.includes('')) return refuse('the command needs the name of a node');
  const odd = names.find((name) => name.includes('/'));
  if (odd !== undefined) return refuse(`\`${odd.slice(0, 60)}\` is not the name of a node`);
  return { ok: true, kind: 'Node', keys: names };
}
