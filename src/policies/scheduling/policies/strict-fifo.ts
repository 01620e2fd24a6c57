import { keyOf } from '../../../sim/api/kinds.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import { defineScheduler, defineSchedulingPlugin } from '../../../sim/policy-api/scheduler-module.ts';
import { unschedulable } from '../../../sim/policy-api/status.ts';

const NAME = 'StrictOrder';

/**
 * First come, first served, and nobody passes: while a pod waits for room, none that came after it is placed, however
 * small. How batch systems without backfilling work, and what queueing theory means by FIFO.
 */
export const strictFifo = defineScheduler({
  name: 'strict-fifo',
  plugins: {
    [NAME]: defineSchedulingPlugin(NAME, (handle) => {
      const pods = handle.lister('Pod');
      /** Keys of the pods that wait, by uid, in the order in which they came. */
      const line = new Map<string, string>();
      const joins = ({ metadata }: Pod, key: string): void => {
        if (!line.has(metadata.uid)) line.set(metadata.uid, key);
      };
      /** The pod that has waited longest; who is gone has left the line. */
      const head = (): Pod | undefined => {
        for (const [uid, key] of line) {
          const pod = pods.get(key);
          if (pod?.metadata.uid === uid && pod.spec.nodeName === undefined) return pod;
          line.delete(uid);
        }
        return undefined;
      };
      return {
        preFilter: (_state, { pod }) => {
          const first = head();
          if (first === undefined || first.metadata.uid === pod.metadata.uid) return undefined;
          joins(pod, keyOf(pod));
          return { status: unschedulable('waiting for a pod that came earlier') };
        },
        postFilter: (_state, { pod }) => {
          joins(pod, keyOf(pod));
          return { status: unschedulable() };
        },
        reserve: (_state, { pod }) => {
          line.delete(pod.metadata.uid);
          return undefined;
        },
        unreserve: () => {},
        postBind: () => {
          const next = head();
          if (next !== undefined) handle.activate?.([next]);
        },
      };
    }),
  },
  configuration: {
    percentageOfNodesToScore: 100,
    profiles: [
      {
        plugins: {
          preFilter: { enabled: [{ name: NAME }] },
          postFilter: { disabled: [{ name: '*' }], enabled: [{ name: NAME }] },
          reserve: { enabled: [{ name: NAME }] },
          postBind: { enabled: [{ name: NAME }] },
        },
      },
    ],
  },
});
