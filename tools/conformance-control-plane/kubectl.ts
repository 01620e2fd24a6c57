import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { parseKubectl } from '../../src/scenario/kubectl.ts';
import { decodeObject } from '../../src/sim/api/decode/decode-object.ts';
import { KINDS, type ApiObject } from '../../src/sim/api/kinds.ts';
import type { KubectlCommand } from '../../src/sim/scenario/kubectl.ts';
import type { CommandResult } from '../../src/sim/workload/kubectl.ts';
import { NotReplayed } from './not-replayed.ts';
import type { Answer, Done } from './requests.ts';
import type { World } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

/** A line of kubectl, with what it prints. */
export function kubectl(world: World, line: string, done: Done): void {
  const reading = parseKubectl(`-n ${world.namespace} ${line}`);
  if (!reading.ok) throw new NotReplayed(`kubectl ${line}: ${reading.message}`);
  if (!('keys' in reading.line)) throw new NotReplayed(`kubectl ${line}`);
  const { keys, ...rest } = reading.line;
  run(
    world,
    keys.map((key) => ({ ...rest, key }) as KubectlCommand),
    (result) => done(answerOf(world, line, result)),
  );
}

/** One command after the other, as one. */
function run(world: World, commands: readonly KubectlCommand[], ended: (result: CommandResult) => void): void {
  const all = { code: 0, out: [] as string[], err: [] as string[] };
  const next = (index: number): void => {
    const command = commands[index];
    if (command === undefined) return ended(all);
    world.simulation.kubectl.run({ text: command.verb, command }, ({ code, out, err }) => {
      all.code = Math.max(all.code, code);
      all.out.push(...out);
      all.err.push(...err);
      next(index + 1);
    });
  };
  next(0);
}

function answerOf(world: World, line: string, { code, out, err }: CommandResult): Answer {
  const text = (lines: readonly string[]): string => lines.map((one) => world.names.printed(one) + '\n').join('');
  return { req: `kubectl ${line}`, code, out: text(out), err: text(err) };
}

/** `kubectl apply -f` of every file of the recording's folder of manifests, in order of names. */
export function applyFolder(world: World, _value: unknown, done: (answers: readonly Answer[]) => void): void {
  const { manifests } = world;
  if (manifests === undefined) throw new NotReplayed('there are no manifests');
  const files = readdirSync(manifests)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  const answers: Answer[] = [];
  const next = (): void => {
    const file = files[answers.length];
    if (file === undefined) return done(answers);
    const { objects, inert } = readManifests(world, join(manifests, file));
    run(world, [{ verb: 'apply', objects }], (result) => {
      // Nothing acts on kinds that are not simulated: creating them is all there is to it.
      answers.push(answerOf(world, `apply -f ${file}`, { ...result, out: [...result.out, ...inert] }));
      next();
    });
  };
  next();
}

interface Manifests {
  readonly objects: readonly ApiObject[];
  /** What creating objects of kinds that are not simulated prints. */
  readonly inert: readonly string[];
}

function readManifests(world: World, path: string): Manifests {
  const objects: ApiObject[] = [];
  const inert: string[] = [];
  for (const document of parseAllDocuments(readFileSync(path, 'utf8'))) {
    const written = document.toJS() as Json | null;
    if (written === null) continue;
    const raw = current(written);
    const metadata = { namespace: world.namespace, ...(raw['metadata'] as Json) };
    const problems: string[] = [];
    const object = decodeObject({ ...raw, metadata }, ({ severity, message }) => {
      if (severity === 'error') problems.push(message);
    });
    if (problems.length > 0) throw new NotReplayed(`${path}: ${problems.join('; ')}`);
    if (object !== undefined) objects.push(object);
    else inert.push(`${printedKind(raw)}/${String((raw['metadata'] as Json)['name'])} created`);
  }
  return { objects, inert };
}

/** A HorizontalPodAutoscaler of the first version as the API server keeps it. */
function current(raw: Json): Json {
  if (raw['apiVersion'] !== 'autoscaling/v1' || raw['kind'] !== 'HorizontalPodAutoscaler') return raw;
  const { targetCPUUtilizationPercentage = 80, ...spec } = raw['spec'] as Json;
  const target = { type: 'Utilization', averageUtilization: targetCPUUtilizationPercentage };
  const metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  return { ...raw, apiVersion: 'autoscaling/v2', spec: { ...spec, metrics } };
}

function printedKind(raw: Json): string {
  const kind = String(raw['kind']);
  if (Object.hasOwn(KINDS, kind)) throw new NotReplayed(`${String(raw['apiVersion'])} ${kind}`);
  const [group, version] = String(raw['apiVersion']).split('/');
  return version === undefined ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}
