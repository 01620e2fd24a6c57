import { keyOf, type ApiObject } from '../../api/kinds.ts';
import type { Container } from '../../api/pod.ts';
import type { Deployment } from '../../api/workloads.ts';
import type { KubectlCommand } from '../../scenario/kubectl.ts';
import { namespaceIn, nameIn, printed, resourceOf } from './resource-name.ts';
import { ask, demand, refusalText, type KubectlSteps, type Terminal } from './steps.ts';

type Of<V extends KubectlCommand['verb']> = Extract<KubectlCommand, { verb: V }>;

/** `kubectl create -f`. */
export function* createAll(terminal: Terminal, objects: readonly ApiObject[]): KubectlSteps {
  for (const object of objects) {
    const created = yield* ask({ verb: 'create', object });
    if (created.ok) terminal.out(`${printed(object.kind, keyOf(created.object ?? object))} created`);
    else terminal.fail(refusalText(created));
  }
}

/** `kubectl scale`: a patch of the scale subresource. */
export function* scale(terminal: Terminal, { kind, key, replicas }: Of<'scale'>): KubectlSteps {
  const patch = { spec: { replicas } };
  const done = yield* demand(terminal, { verb: 'patch', kind, key, subresource: 'scale', patch });
  if (done !== undefined) terminal.out(`${printed(kind, key)} scaled`);
}

/** `kubectl delete`: in the background unless the flags say otherwise, with the grace they give. */
export function* remove(terminal: Terminal, command: Of<'delete'>): KubectlSteps {
  const { kind, key, gracePeriodSeconds, propagation = 'Background' } = command;
  const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
  const done = yield* demand(terminal, { verb: 'delete', kind, key, propagation, ...grace });
  if (done === undefined) return;
  const namespace = namespaceIn(key);
  const from = namespace === '' ? '' : ` from ${namespace} namespace`;
  terminal.out(`${resourceOf(kind)} "${nameIn(key)}" ${gracePeriodSeconds === 0 ? 'force deleted' : 'deleted'}${from}`);
}

/** `kubectl patch`. */
export function* patchObject(terminal: Terminal, command: Of<'patch'>): KubectlSteps {
  const { kind, key, subresource, body } = command;
  const where = subresource === undefined ? {} : { subresource };
  const before = yield* demand(terminal, { verb: 'get', kind, key });
  if (before === undefined) return;
  const done = yield* demand(terminal, { verb: 'patch', kind, key, ...where, ...body });
  if (done === undefined) return;
  const same = done.object?.metadata.resourceVersion === before.object?.metadata.resourceVersion;
  terminal.out(`${printed(kind, key)} patched${same ? ' (no change)' : ''}`);
}

/** `kubectl autoscale`: creates a HorizontalPodAutoscaler of the same name. */
export function* autoscale(terminal: Terminal, { object }: Of<'autoscale'>): KubectlSteps {
  const created = yield* demand(terminal, { verb: 'create', object });
  if (created !== undefined) terminal.out(`${printed(object.kind, keyOf(object))} autoscaled`);
}

/** `kubectl set image`. */
export function* setImage(terminal: Terminal, { kind, key, images }: Of<'set-image'>): KubectlSteps {
  const found = yield* demand(terminal, { verb: 'get', kind, key });
  if (found?.object === undefined) return;
  const { containers, initContainers = [] } = (found.object as Deployment).spec.template.spec;
  const known = [...containers, ...initContainers].map((container) => container.name);
  const unknown = Object.keys(images).filter((name) => name !== '*' && !known.includes(name));
  for (const name of unknown) terminal.fail(`error: unable to find container named "${name}"`);
  if (unknown.length > 0) return;
  const spec = {
    ...changedIn('containers', containers, images),
    ...changedIn('initContainers', initContainers, images),
  };
  if (Object.keys(spec).length === 0) return;
  const patch = { spec: { template: { spec } } };
  const done = yield* demand(terminal, { verb: 'patch', kind, key, patchType: 'strategic', patch });
  if (done !== undefined) terminal.out(`${printed(kind, key)} image updated`);
}

type Images = Readonly<Record<string, string>>;

/** The part of a strategic patch that names the containers whose image changes. */
function changedIn(
  member: string,
  containers: readonly Container[],
  images: Images,
): Readonly<Record<string, unknown>> {
  const changed = containers
    .map(({ name, image }) => ({ name, image: images[name] ?? images['*'] ?? image }))
    .filter(({ image }, i) => image !== containers[i]!.image);
  return changed.length === 0 ? {} : { [member]: changed };
}
