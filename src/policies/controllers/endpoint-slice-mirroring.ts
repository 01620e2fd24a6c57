import type { Change } from '../../sim/api/change.ts';
import { keyOf, objectKey } from '../../sim/api/kinds.ts';
import { LABEL_SERVICE_NAME, type Endpoints, type EndpointSlice } from '../../sim/api/service.ts';
import type { Request } from '../../sim/api/request.ts';
import { isNamespaceTerminating } from '../../sim/api/status-cause.ts';
import type {
  Controller,
  ControllerFactory,
  ControllerHost,
  ControllerLister,
  SyncSteps,
} from '../../sim/policy-api/controllers.ts';
import { SyncError } from '../../sim/policy-api/sync-error.ts';
import { LABEL_MANAGED_BY } from './endpoint-slice.ts';
import { hasSelector } from './endpoint-slice/service-memberships.ts';
import { SliceTracker } from './endpoint-slice/slice-tracker.ts';
import { MANAGED_BY, mirrored, type MirrorPlan } from './endpoint-slice-mirroring/mirrored.ts';
import { ask } from './requests.ts';

const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** Puts the Endpoints of Services without a selector, which somebody else keeps, into slices (kubernetes-behaviour.md 3.8). */
export const endpointSliceMirroring: ControllerFactory = (host) => new EndpointSliceMirroring(host);

class EndpointSliceMirroring implements Controller {
  readonly name = 'endpoint-slice-mirroring';
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly retryBackoff = { baseMicros: 1_000_000, maxMicros: 100_000_000 };
  readonly handlers = {
    Endpoints: (change: Change<'Endpoints'>) => this.#endpointsChanged(change),
    Service: (change: Change<'Service'>) => this.#serviceChanged(change),
    EndpointSlice: (change: Change<'EndpointSlice'>) => this.#sliceChanged(change),
  };
  readonly #host: ControllerHost;
  readonly #endpoints: ControllerLister<'Endpoints'>;
  readonly #services: ControllerLister<'Service'>;
  readonly #slices: ControllerLister<'EndpointSlice'>;
  readonly #tracker = new SliceTracker();

  constructor(host: ControllerHost) {
    this.#host = host;
    this.#endpoints = host.lister('Endpoints');
    this.#services = host.lister('Service');
    this.#slices = host.lister('EndpointSlice');
  }

  // ---- What happens to the queue ----

  #endpointsChanged({ object, previous }: Change<'Endpoints'>): void {
    if (isMirrored(object) || (previous !== undefined && isMirrored(previous))) this.#host.enqueue(keyOf(object));
  }

  /** Of a Service it only counts that it is there, and whether it has a selector. */
  #serviceChanged({ type, object, previous }: Change<'Service'>): void {
    if (type === 'MODIFIED' && previous !== undefined && hasSelector(previous) === hasSelector(object)) return;
    this.#host.enqueue(keyOf(object));
  }

  #sliceChanged({ type, object }: Change<'EndpointSlice'>): void {
    if (object.metadata.labels[LABEL_MANAGED_BY] !== MANAGED_BY) return;
    const key = serviceKey(object);
    if (key === undefined) return;
    if (type === 'DELETED') {
      if (this.#tracker.has(key, object) && !this.#tracker.gone(key, object)) this.#host.enqueue(key);
    } else if (this.#tracker.isNews(key, object)) this.#host.enqueue(key);
  }

  // ---- The sync ----

  *sync(key: string): SyncSteps {
    const endpoints = this.#endpoints.get(key);
    const service = this.#services.get(key);
    const slices = this.#slicesOf(key);
    if (endpoints === undefined || service === undefined || !isMirrored(endpoints) || hasSelector(service)) {
      this.#tracker.forget(key);
      yield* this.#write(key, { create: [], update: [], remove: slices });
      return;
    }
    if (this.#tracker.isStale(key, slices)) throw new SyncError('EndpointSlice informer cache is out of date');
    yield* this.#write(key, mirrored(endpoints, slices));
  }

  #slicesOf(key: string): readonly EndpointSlice[] {
    const at = key.indexOf('/');
    const labels = { [LABEL_SERVICE_NAME]: key.slice(at + 1), [LABEL_MANAGED_BY]: MANAGED_BY };
    return this.#slices.labelled(key.slice(0, at), labels);
  }

  *#write(key: string, { create, update, remove }: MirrorPlan): SyncSteps {
    for (const object of create) {
      const response = yield* ask({ verb: 'create', object });
      if (response.ok) this.#tracker.wrote(key, response.object as EndpointSlice);
      else if (isNamespaceTerminating(response)) return;
      else throw new SyncError(response.message);
    }
    for (const object of update) {
      const response = yield* ask({ verb: 'update', object });
      if (!response.ok) throw new SyncError(response.message);
      this.#tracker.wrote(key, response.object as EndpointSlice);
    }
    for (const slice of remove) {
      const request: Request = { verb: 'delete', kind: 'EndpointSlice', key: keyOf(slice) };
      const response = yield* ask(request);
      if (!response.ok && response.reason !== 'NotFound') throw new SyncError(response.message);
      this.#tracker.deleted(key, slice);
    }
  }
}

/** Endpoints that say otherwise, and the locks of old leader elections, are left alone. */
function isMirrored({ metadata: { labels, annotations } }: Endpoints): boolean {
  return labels[SKIP_MIRROR] !== 'true' && annotations[LEADER] === undefined;
}

function serviceKey({ metadata: { namespace, labels } }: EndpointSlice): string | undefined {
  const name = labels[LABEL_SERVICE_NAME];
  return name === undefined || name === '' ? undefined : objectKey(namespace, name);
}
