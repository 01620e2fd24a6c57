import type { Change } from '../../src/sim/api/change.ts';
import type { Kind } from '../../src/sim/api/kinds.ts';
import type { Request } from '../../src/sim/api/request.ts';
import type { Controller, ControllerFactory, ControllerHost, SyncSteps } from '../../src/sim/policy-api/controllers.ts';

/** Mistakes that controllers are known for, each made by a controller that is sound otherwise. */

/** Gives up what it expects to see at once: by its clock five minutes have passed whenever it looks. */
export function withoutExpectations(factory: ControllerFactory): ControllerFactory {
  return (host) => {
    let looks = 0;
    return factory({ ...host, now: () => host.now() + looks++ * 301_000_000 });
  };
}

/** Takes no orphan for its own. */
export function withoutAdoption(factory: ControllerFactory): ControllerFactory {
  return (host) =>
    factory({
      ...host,
      lister: (kind) => {
        const lister = host.lister(kind);
        return {
          get: (key) => lister.get(key),
          list: (namespace) => lister.list(namespace),
          ownedBy: (uid) => lister.ownedBy(uid),
          orphans: () => [],
          labelled: (namespace, labels) => lister.labelled(namespace, labels),
          countLabelled: (namespace, labels) => lister.countLabelled(namespace, labels),
        };
      },
    } satisfies ControllerHost);
}

/** Names what it makes by chance, where the real one makes the same name again. */
export function withRandomNames(factory: ControllerFactory): ControllerFactory {
  return (host) => {
    const inner = factory(host);
    return { ...partsOf(inner), sync: (key) => rewritten(inner.sync(key), unnamed) };
  };
}

/** Takes what is there when it starts for settled, and waits for changes. */
export function edgeTriggered(factory: ControllerFactory): ControllerFactory {
  return (host) => {
    const startedAt = host.now();
    const isNews = ({ type, object }: Change): boolean =>
      type !== 'ADDED' || object.metadata.creationTimestamp + 1_000_000 > startedAt;
    return hearingOnly(factory(host), isNews);
  };
}

/** Believes that it sees every pod before the scheduler does. */
export function expectingEveryVersion(factory: ControllerFactory): ControllerFactory {
  const isInOrder = ({ type, object }: Change): boolean =>
    type !== 'ADDED' || object.kind !== 'Pod' || object.spec.nodeName === undefined;
  return (host) => hearingOnly(factory(host), isInOrder);
}

function hearingOnly(inner: Controller, hears: (change: Change) => boolean): Controller {
  const handlers: Partial<Record<Kind, (change: Change) => void>> = {};
  for (const [kind, handler] of Object.entries(inner.handlers)) {
    handlers[kind as Kind] = (change) => {
      if (hears(change)) (handler as (change: Change) => void)(change);
    };
  }
  return { ...partsOf(inner), handlers: handlers as Controller['handlers'] };
}

function partsOf(inner: Controller): Controller {
  const { name, workers, handlers, maxRetries } = inner;
  return {
    name,
    workers,
    handlers,
    sync: (key) => inner.sync(key),
    ...(maxRetries === undefined ? {} : { maxRetries }),
  };
}

/** The same sync, with other requests in place of its own. */
function* rewritten(steps: SyncSteps, rewrite: (request: Request) => Request): SyncSteps {
  let next = steps.next();
  while (next.done !== true) {
    const wish = next.value as Request | readonly Request[];
    next = steps.next(yield Array.isArray(wish) ? wish.map(rewrite) : rewrite(wish as Request));
  }
  return next.value;
}

function unnamed(request: Request): Request {
  if (request.verb !== 'create') return request;
  const { metadata } = request.object;
  const object = { ...request.object, metadata: { ...metadata, name: '', generateName: `${metadata.name}-` } };
  return { ...request, object } as Request;
}
