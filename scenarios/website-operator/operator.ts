// Outside this repository: from 'kube-orrery'.
import {
  SyncError,
  type Change,
  type ControllerHost,
  type ControllerModule,
  type CustomObject,
  type Request,
  type Response,
  type Steps,
} from '../../src/index.ts';

const WEBSITE = 'Website.example.com';
const FINALIZER = 'example.com/dns-entry';
const MANAGER = 'website-operator';

type Website = CustomObject<
  { readonly image: string; readonly replicas: number },
  { readonly observedGeneration?: number; readonly readyReplicas?: number; readonly phase?: string }
>;

/** Keeps a Deployment, a Service and an entry in the namespace `dns` for every Website. */
export default {
  name: 'website-operator',
  customResources: [WEBSITE],
  controller: (host) => ({
    name: 'website-operator',
    workers: 2,
    handlers: {
      [WEBSITE]: ({ object }) => host.enqueue(keyOf(object)),
      // What is made for a Website brings it back to mind when it changes.
      Deployment: ({ object }) => enqueueOwner(host, object),
      Service: ({ object }) => enqueueOwner(host, object),
    },
    *sync(key) {
      const website = host.lister(WEBSITE).get(key) as Website | undefined;
      if (website === undefined) return;
      if (website.metadata.deletionTimestamp !== undefined) yield* tidyUp(website);
      else yield* bringAbout(host, website);
    },
  }),
} satisfies ControllerModule;

function* bringAbout(host: ControllerHost, website: Website): Steps<void> {
  const { metadata } = website;
  const { namespace, name, finalizers } = metadata;
  if (!finalizers.includes(FINALIZER)) {
    // First the promise to tidy up, then what there will be to tidy up.
    yield* patch(website, { metadata: { finalizers: [...finalizers, FINALIZER] } });
    host.record(website, 'Normal', 'Adopted', `Website ${name} is looked after`);
  }
  yield* apply('Deployment', 'apps/v1', namespace, name, owned(website, deploymentSpec(website)));
  yield* apply(
    'Service',
    'v1',
    namespace,
    name,
    owned(website, { selector: { website: name }, ports: [{ port: 80 }] }),
  );
  // An owner must be in the namespace of what it owns: this one has none, and so needs the finalizer.
  yield* apply('ConfigMap', 'v1', 'dns', dnsEntry(website), { data: { host: `${name}.${namespace}.example.com` } });
  yield* report(host, website);
}

function* tidyUp(website: Website): Steps<void> {
  const { finalizers } = website.metadata;
  if (!finalizers.includes(FINALIZER)) return;
  const gone: Response = yield { verb: 'delete', kind: 'ConfigMap', key: `dns/${dnsEntry(website)}` };
  if (!gone.ok && gone.reason !== 'NotFound') throw new SyncError(gone.message);
  yield* patch(website, { metadata: { finalizers: finalizers.filter((one) => one !== FINALIZER) } });
}

/** Writes down what was reached, if it is not written down already. */
function* report(host: ControllerHost, website: Website): Steps<void> {
  const { generation, namespace, name } = website.metadata;
  const deployment = host.lister('Deployment').get(`${namespace}/${name}`);
  const readyReplicas = deployment?.status.readyReplicas ?? 0;
  const { replicas = 0 } = website.spec ?? {};
  const isServing = readyReplicas >= replicas && (deployment?.status.updatedReplicas ?? 0) >= replicas;
  const phase = isServing ? 'Serving' : 'Progressing';
  const before = website.status;
  if (before?.observedGeneration === generation && before.readyReplicas === readyReplicas && before.phase === phase) {
    return;
  }
  yield* patch(website, { status: { observedGeneration: generation, readyReplicas, phase } }, 'status');
  if (phase === 'Serving' && before?.phase !== phase) {
    host.record(website, 'Normal', 'Serving', `${readyReplicas} replicas are ready`);
  }
}

function deploymentSpec({ metadata, spec }: Website): object {
  const labels = { website: metadata.name };
  const container = { name: 'web', image: spec?.image, ports: [{ containerPort: 80 }] };
  return {
    replicas: spec?.replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ ...container, resources: { requests: { cpu: '250m', memory: '128Mi' } } }] },
    },
  };
}

/** The garbage collector takes it away with its Website. */
function owned({ metadata }: Website, spec: object): object {
  const owner = {
    apiVersion: 'example.com/v1',
    kind: 'Website',
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  return { metadata: { ownerReferences: [owner] }, spec };
}

function dnsEntry({ metadata }: Website): string {
  return `${metadata.namespace}-${metadata.name}`;
}

/** Server-side apply: creates what is not there, and takes back whatever somebody else changed of what is said here. */
function* apply(
  kind: 'ConfigMap' | 'Deployment' | 'Service',
  apiVersion: string,
  namespace: string,
  name: string,
  body: object,
): Steps<void> {
  yield* done({
    verb: 'patch',
    kind,
    key: `${namespace}/${name}`,
    patchType: 'apply',
    fieldManager: MANAGER,
    force: true,
    patch: { apiVersion, kind, ...body },
  });
}

function* patch(website: Website, body: Readonly<Record<string, unknown>>, subresource?: 'status'): Steps<void> {
  const { uid } = website.metadata;
  yield* done({ verb: 'patch', kind: WEBSITE, key: keyOf(website), uid, patchType: 'merge', patch: body, subresource });
}

/** Another attempt comes by itself: the queue waits a little longer each time. */
function* done(request: Request): Steps<void> {
  const answer: Response = yield request;
  if (!answer.ok && answer.reason !== 'NotFound') throw new SyncError(answer.message);
}

function enqueueOwner(host: ControllerHost, { metadata }: Change['object']): void {
  const owner = metadata.ownerReferences.find(({ controller }) => controller === true);
  if (owner?.kind === 'Website') host.enqueue(`${metadata.namespace}/${owner.name}`);
}

function keyOf({ metadata }: Change['object']): string {
  return `${metadata.namespace}/${metadata.name}`;
}
