import { z } from 'zod';
import { decodeObject } from '../sim/api/decode/decode-object.ts';
import { factsOf, type ApiObject, type Kind } from '../sim/api/kinds.ts';
import { fieldPath } from '../sim/api/problem.ts';
import { formatDuration } from '../sim/engine/time.ts';
import type { KubectlCommand } from '../sim/scenario/kubectl.ts';
import type { TimelineEntry } from '../sim/scenario/timeline.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import type { Findings } from './findings.ts';
import type { Inventory } from './inventory.ts';
import { parseKubectl, type KubectlLine } from './kubectl.ts';
import { complainFrom, resolveFrom } from './resolve-path.ts';
import { decodeManifests } from './manifests.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import { readDocuments } from './read-documents.ts';
import { manifestFiles, readSource } from './read-source.ts';
import { faultSchema } from './faults.ts';
import { resizeSchema } from './cloud.ts';
import { addIssue, duration } from './fields.ts';

export const timelineEntrySchema = z
  .strictObject({
    at: duration,
    kubectl: z
      .string()
      .min(1)
      .optional()
      .describe('apply -f PATH, scale, set image or delete, as on a command line.')
      .meta({ examples: ['set image deployment/checkout server=checkout:v2', 'scale deployment/web --replicas=5'] }),
    fault: faultSchema.optional(),
    resize: resizeSchema.optional(),
    etcdctl: z
      .enum(['alarm disarm', 'compact', 'defrag'])
      .optional()
      .describe(
        "To all members of etcd at once: take the NOSPACE alarm back, forget the history up to now, or give the database file's free pages back.",
      ),
  })
  .superRefine((entry, context) => {
    const things = [entry.kubectl, entry.fault, entry.resize, entry.etcdctl].filter((thing) => thing !== undefined);
    if (things.length === 1) return;
    addIssue(context, {
      code: 'bad-timeline',
      message: 'an entry of the timeline has one of `kubectl`, `fault`, `resize` and `etcdctl`',
      help: 'write `{ at: 5m, kubectl: … }` or `{ at: 5m, fault: { kind: NodeCrash, node: node-0 } }`',
    });
  });

type Written = z.output<typeof timelineEntrySchema>;

/**
 * Reads the commands of the timeline, in order of time; equal times stay as written. Objects that a command applies are
 * added to the inventory, so that later commands may name them.
 */
export function readTimeline(
  written: readonly Written[],
  folder: string,
  inventory: Inventory,
  endMicros: number,
  findings: Findings,
  remark: Remark,
): TimelineEntry[] {
  const ordered = written
    .map(({ at, kubectl }, index) => ({ entry: { at, kubectl }, index }))
    .filter((one): one is { entry: { at: number; kubectl: string }; index: number } => one.entry.kubectl !== undefined)
    .sort((a, b) => a.entry.at - b.entry.at || a.index - b.index);
  return ordered.flatMap(({ entry, index }) => {
    const path: Path = ['spec', 'timeline', index, 'kubectl'];
    if (entry.at > endMicros)
      remark(['spec', 'timeline', index, 'at'], {
        code: 'too-late',
        severity: 'warning',
        message: `this never happens: the run ends at ${formatDuration(endMicros)}`,
      });
    const reading = parseKubectl(entry.kubectl, inventory.kindNamed);
    if (!reading.ok) {
      remark(path, { code: 'bad-command', message: reading.message, help: reading.help });
      return [];
    }
    const commands = commandsOf(reading.line, {
      folder,
      inventory,
      findings,
      remark: (details) => remark(path, details),
    });
    return commands.map((command) => ({ atMicros: entry.at, text: entry.kubectl, command }));
  });
}

interface Surroundings {
  readonly folder: string;
  readonly inventory: Inventory;
  readonly findings: Findings;
  readonly remark: (details: Parameters<Remark>[1]) => void;
}

/** Kinds of objects that others make, under names nobody knows before the run. */
const MADE_BY_OTHERS: ReadonlySet<Kind> = new Set([
  'Pod',
  'ReplicaSet',
  'Node',
  'Job',
  'Endpoints',
  'EndpointSlice',
  'ControllerRevision',
]);

function commandsOf(line: KubectlLine, around: Surroundings): KubectlCommand[] {
  if ('files' in line) {
    const { verb } = line;
    const objects = line.files.flatMap((file) => appliedObjects(file, line.recursive, line.namespace, around));
    for (const object of objects) around.inventory.add(object);
    return [{ verb, objects }];
  }
  return line.keys.flatMap((key) => {
    checkTarget(line, key, around);
    if (line.verb === 'autoscale') return autoscalerOf(line, key, around);
    const { keys, ...command } = line;
    void keys;
    return [{ ...command, key } as KubectlCommand];
  });
}

/** What a command is about has to be there at some time, save what others make. */
function checkTarget(line: Exclude<KubectlLine, { files: unknown }>, key: string, around: Surroundings): void {
  const kind = 'kind' in line ? line.kind : 'Node';
  const object = around.inventory.get(kind, key);
  if (object !== undefined) {
    if (line.verb === 'set-image') checkContainers(object, line.images, around);
  } else if (around.inventory.isOpen) {
    return;
  } else if (!MADE_BY_OTHERS.has(kind) || (line.verb === 'scale' && kind === 'ReplicaSet')) {
    around.remark({ code: 'unknown-object', ...around.inventory.missing(kind, key) });
  }
}

function autoscalerOf(
  line: Extract<KubectlLine, { verb: 'autoscale' }>,
  key: string,
  around: Surroundings,
): KubectlCommand[] {
  const [namespace, name] = key.split('/') as [string, string];
  const target = { type: 'Utilization', averageUtilization: line.cpuPercent ?? DEFAULT_CPU_PERCENT };
  const raw = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: line.name ?? name, namespace },
    spec: {
      scaleTargetRef: { apiVersion: factsOf(line.kind).apiVersion, kind: line.kind, name },
      ...(line.minReplicas === undefined ? {} : { minReplicas: line.minReplicas }),
      maxReplicas: line.maxReplicas,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  };
  const object = decodeObject(raw, ({ path, message }) =>
    around.remark({ code: 'bad-command', message: `${fieldPath(path)}: ${message}` }),
  );
  if (object?.kind !== 'HorizontalPodAutoscaler') return [];
  around.inventory.add(object);
  return [{ verb: 'autoscale', object }];
}

/** What `kubectl autoscale` asks for where nothing is said. */
const DEFAULT_CPU_PERCENT = 80;

function checkContainers(object: ApiObject, images: Readonly<Record<string, string>>, around: Surroundings): void {
  if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet' && object.kind !== 'DaemonSet') return;
  const { containers, initContainers = [] } = object.spec.template.spec;
  const names = [...containers, ...initContainers].map(({ name }) => name);
  for (const container of Object.keys(images)) {
    if (container === '*' || names.includes(container)) continue;
    const meant = nearest(container, names);
    around.remark({
      code: 'unknown-object',
      message: `${object.kind} \`${object.metadata.name}\` has no container \`${container}\``,
      help: meant === undefined ? `it has ${names.join(', ')}` : `did you mean \`${meant}\`?`,
    });
  }
}

function appliedObjects(
  file: string,
  recursive: boolean,
  namespace: string | undefined,
  around: Surroundings,
): ApiObject[] {
  const objects: ApiObject[] = [];
  const complain = complainFrom(around.folder, file, around.remark);
  for (const path of manifestFiles(resolveFrom(around.folder, file), recursive, complain)) {
    const source = readSource(path, complain);
    if (source === undefined) continue;
    const documents = readDocuments(source, around.findings.report);
    for (const { object } of decodeManifests(documents, around.findings.report, around.inventory.customResources))
      objects.push(inNamespace(object, namespace));
  }
  return objects;
}

/** `-n` gives a namespace to what names none; the decoder has put `default` there. */
function inNamespace(object: ApiObject, namespace: string | undefined): ApiObject {
  if (namespace === undefined || !factsOf(object.kind).namespaced || object.metadata.namespace !== 'default')
    return object;
  return { ...object, metadata: { ...object.metadata, namespace } } as ApiObject;
}
