import type { ApiObject, Kind } from '../../src/sim/api/kinds.ts';
import type { CloudNodeGroup } from '../../src/sim/policy-api/cloud.ts';
import type { ControllerHost } from '../../src/sim/policy-api/controllers.ts';
import { nodeOf, type NodeWish } from './scheduling-world.ts';

/** What a controller is given, with objects that stay as they are. */
export function hostWith(objects: readonly ApiObject[] = []): ControllerHost {
  const lister = (kind: Kind) => {
    const there = objects.filter((one) => one.kind === kind);
    const keyOf = ({ metadata: { namespace, name } }: ApiObject): string =>
      namespace === '' ? name : `${namespace}/${name}`;
    return {
      get: (key: string) => there.find((one) => keyOf(one) === key),
      list: () => there,
      ownedBy: () => [],
      orphans: () => [],
      labelled: () => [],
    };
  };
  const idle = (): void => undefined;
  return {
    now: () => 0,
    lister: lister as unknown as ControllerHost['lister'],
    enqueue: idle,
    enqueueAfter: idle,
    enqueueRateLimited: idle,
    enqueuePeriodically: idle,
    record: idle,
    randomSuffix: () => 'aaaaa',
    random: () => 0,
  };
}

export interface GroupWish extends NodeWish {
  readonly min?: number;
  readonly max?: number;
  readonly size?: number;
  readonly price?: number;
}

/** A node group that grows on paper. */
export function groupOf(id: string, { min = 0, max = 10, size = 0, price, ...node }: GroupWish = {}): CloudNodeGroup {
  return {
    id,
    minSize: min,
    maxSize: max,
    targetSize: size,
    pricePerHour: price,
    template: nodeOf(`template-${id}`, node),
    instances: () => [],
    increaseSize: () => undefined,
    decreaseTargetSize: () => 0,
    deleteNodes: () => undefined,
  };
}
