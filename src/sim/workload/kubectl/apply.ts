import { encodeObject } from '../../api/encode-object.ts';
import { factsOf, keyOf, type ApiObject } from '../../api/kinds.ts';
import { applyPatch } from '../apply-patch.ts';
import { warningsAbout } from './deprecations.ts';
import { printed } from './resource-name.ts';
import { ask, pause, refusalText, type KubectlSteps, type Terminal } from './steps.ts';

/** kubectl's maxPatchRetry: a conflicting apply is tried so often, waiting after the first time. */
const TRIES = 5;
const BACK_OFF_MICROS = 1_000_000;

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** `kubectl apply`: object after object; a refusal does not keep the next from being applied. */
export function* applyAll(terminal: Terminal, objects: readonly ApiObject[]): KubectlSteps {
  const warned = new Set<string>();
  for (const object of objects) {
    for (const warning of warningsAbout(object)) {
      if (!warned.has(warning)) terminal.warn(`Warning: ${warning}`);
      warned.add(warning);
    }
    yield* applyOne(terminal, object, 1);
    if (terminal.betweenObjects > 0) yield* pause(terminal.betweenObjects);
  }
}

/** Create where there is nothing of the name, else a patch of what differs. */
function* applyOne(terminal: Terminal, object: ApiObject, attempt: number): KubectlSteps {
  const { kind } = object;
  const key = keyOf(object);
  const found = yield* ask({ verb: 'get', kind, key });
  if (!found.ok && found.reason !== 'NotFound') return terminal.fail(refusalText(found));
  if (!found.ok || found.object === undefined) {
    const created = yield* ask({ verb: 'create', object: withRecord(object) });
    if (!created.ok) return terminal.fail(refusalText(created));
    terminal.applied(object);
    return terminal.out(`${printed(kind, key)} created`);
  }
  const live = found.object;
  const record = recordOf(object);
  const hasRecord = live.metadata.annotations[LAST_APPLIED] !== undefined;
  if (!hasRecord) {
    terminal.warn(
      `Warning: resource ${factsOf(kind).plural}/${object.metadata.name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
    );
  }
  const differs = applyPatch(live, object, terminal.lastApplied(object));
  const sameRecord = live.metadata.annotations[LAST_APPLIED] === record;
  if (differs === undefined && sameRecord) {
    terminal.applied(object);
    return terminal.out(`${printed(kind, key)} unchanged`);
  }
  const { uid } = live.metadata;
  const patch = sameRecord ? differs! : withRecordIn(differs ?? {}, record);
  const patched = yield* ask({ verb: 'patch', kind, key, uid, patch });
  if (patched.ok) {
    terminal.applied(object);
    return terminal.out(`${printed(kind, key)} configured`);
  }
  if (patched.reason !== 'Conflict' || attempt >= TRIES) return terminal.fail(refusalText(patched));
  if (attempt > 1) yield* pause(BACK_OFF_MICROS);
  yield* applyOne(terminal, object, attempt + 1);
}

type Data = Readonly<Record<string, unknown>>;

/** The manifest as the annotation keeps it. */
function recordOf(object: ApiObject): string {
  const { status, ...manifest } = encodeObject(object);
  void status;
  return JSON.stringify(manifest) + '\n';
}

function withRecord(object: ApiObject): ApiObject {
  const annotations = { ...object.metadata.annotations, [LAST_APPLIED]: recordOf(object) };
  return { ...object, metadata: { ...object.metadata, annotations } } as ApiObject;
}

function withRecordIn(patch: Data, record: string): Data {
  const metadata = (patch['metadata'] ?? {}) as Data;
  const annotations = (metadata['annotations'] ?? {}) as Data;
  return { ...patch, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: record } } };
}
