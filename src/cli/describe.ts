import { describeObject } from '../report/kubectl/describe/describe-object.ts';
import type { Scene } from '../report/kubectl/describe/scene.ts';
import type { Wire } from '../report/kubectl/describe/wire.ts';
import { encodeObject } from '../sim/api/encode-object.ts';
import { factsOf, type ApiObject, type Kind } from '../sim/api/kinds.ts';
import { ExitCode } from './exit-codes.ts';
import { lookAt, objectsOf, resourceOf, type Look, type LookedAt, type Wanted } from './look-at.ts';

interface DescribeOptions extends LookedAt {
  readonly namespace: string;
  readonly allNamespaces?: boolean;
}

/** `orrery describe`: what `kubectl describe` would have printed at a simulated time. */
export async function describe(
  what: string,
  path: string,
  names: readonly string[],
  options: DescribeOptions,
): Promise<void> {
  const look = await lookAt(path, what, names, options);
  const scene = sceneOf(look);
  const texts: string[] = [];
  let isMissing = false;
  for (const one of look.wanted) {
    const { found, missing } = meant(one, look, options);
    isMissing ||= missing.length > 0;
    for (const object of found) texts.push(describeObject(one.kind, wireOf(object), scene));
    for (const name of missing)
      process.stderr.write(`Error from server (NotFound): ${resourceOf(one.kind)} "${name}" not found\n`);
  }
  process.stdout.write(texts.join('\n\n'));
  if (texts.length === 0 && !isMissing) {
    const isNamespaced = look.wanted.some(({ kind }) => factsOf(kind).namespaced) && options.allNamespaces !== true;
    process.stderr.write(`No resources found${isNamespaced ? ` in ${options.namespace} namespace` : ''}.\n`);
  }
  process.exitCode = isMissing ? ExitCode.Broken : ExitCode.Ok;
}

/** Objects by their names; where none has the name, those whose names begin with it, as kubectl takes it. */
function meant(
  { kind, names }: Wanted,
  { simulation }: Look,
  { namespace, allNamespaces = false }: DescribeOptions,
): { readonly found: readonly ApiObject[]; readonly missing: readonly string[] } {
  const all = objectsOf(simulation, kind).filter(
    ({ metadata }) => !factsOf(kind).namespaced || allNamespaces || metadata.namespace === namespace,
  );
  if (names.length === 0) return { found: all, missing: [] };
  const found: ApiObject[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const exact = all.filter(({ metadata }) => metadata.name === name);
    const those = exact.length > 0 ? exact : all.filter(({ metadata }) => metadata.name.startsWith(name));
    if (those.length === 0) missing.push(name);
    found.push(...those);
  }
  return { found, missing };
}

function sceneOf({ simulation, now }: Look): Scene {
  const kept = new Map<Kind, readonly ApiObject[]>();
  const encoded = new Map<Kind, readonly Wire[]>();
  const scene: Scene = {
    now,
    kept: (kind) => {
      const known = kept.get(kind) ?? objectsOf(simulation, kind);
      kept.set(kind, known);
      return known;
    },
    all: (kind) => {
      const known = encoded.get(kind) ?? scene.kept(kind).map(wireOf);
      encoded.set(kind, known);
      return known;
    },
  };
  return scene;
}

function wireOf(object: ApiObject): Wire {
  return encodeObject(object) as Wire;
}
