import { z } from 'zod';
import { nearest } from '../sim/api/decode/nearest.ts';
import { placeOf, type ControlPlane } from './network-place.ts';
import type { NetworkFault, NetworkPlace } from '../sim/scenario/faults.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import { addIssue, durationDistribution, positiveDuration } from './fields.ts';

const place = z.string().min(1).max(320);

/** A fault of the network as written. */
export const networkFaultSchema = z
  .strictObject({
    kind: z
      .enum(['NetworkPartition', 'NetworkLatency'])
      .describe(
        'NetworkPartition: packets between the two vanish; NetworkLatency: they take so much longer. Connections stay until somebody gives them up.',
      ),
    between: z
      .tuple([place, place])
      .optional()
      .describe(
        'Two of: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, each for all of its processes or with `/NUMBER`, `/leader`, `/follower` or `/standby` for one; node/NAME, zone/NAME, kubectl, workload/NAME.',
      ),
    from: place.optional().describe('In place of `between`: only packets from this one to `to`.'),
    to: place.optional().describe('Who does not get them, or gets them late.'),
    latency: durationDistribution.optional().describe('Of NetworkLatency: what is added to the way of each packet.'),
    duration: positiveDuration.optional().describe('How long it lasts; until the end unless said.'),
  })
  .superRefine(({ kind, between, from, to, latency }, context) => {
    const refuse = (message: string, help: string): void => addIssue(context, { code: 'bad-fault', message, help });
    const oneWay = from !== undefined || to !== undefined;
    if (between === undefined && (from === undefined || to === undefined)) {
      refuse(
        `${kind} needs \`between\`, or \`from\` and \`to\``,
        'for instance `between: [kube-scheduler, kube-apiserver]`',
      );
    } else if (between !== undefined && oneWay) {
      refuse('`between` is both ways; `from` and `to` is one', 'leave one of them out');
    }
    if (kind === 'NetworkLatency' && latency === undefined)
      refuse('NetworkLatency needs `latency`: what is added to the way of each packet', 'for instance `latency: 50ms`');
    if (kind === 'NetworkPartition' && latency !== undefined)
      refuse('`latency` goes with NetworkLatency, not with NetworkPartition', 'leave it out');
  })
  .describe('Packets between two components that vanish, or are late.');

export type WrittenNetworkFault = z.output<typeof networkFaultSchema>;

/** Who talks to whom: etcd's members to each other and to API servers, everybody else to API servers. */
function talk(a: NetworkPlace, b: NetworkPlace): boolean {
  const components = [a.component, b.component];
  if (components.includes('kube-apiserver')) return a.component !== b.component;
  return components.every((component) => component === 'etcd');
}

/** The fault, or undefined where a place in it is not there: that has been said then. */
export function networkFaultOf(
  written: WrittenNetworkFault,
  control: ControlPlane,
  path: Path,
  remark: Remark,
): NetworkFault | undefined {
  const { between, duration: durationMicros, latency } = written;
  const from = between?.[0] ?? written.from!;
  const to = between?.[1] ?? written.to!;
  const find = (text: string, index: number, key: 'from' | 'to'): NetworkPlace | undefined => {
    const found = placeOf(text, control);
    if ('place' in found) return found.place;
    const at: Path = between === undefined ? [...path, key] : [...path, 'between', index];
    const meant = found.known === undefined ? undefined : nearest(found.missing, found.known);
    const help = meant === undefined ? found.help : `did you mean \`${meant}\`?`;
    remark(at, { code: found.code, message: found.message, help });
    return undefined;
  };
  const [a, b] = [find(from, 0, 'from'), find(to, 1, 'to')];
  if (a === undefined || b === undefined) return undefined;
  const same = from === to && 'which' in a && (a.which !== 'every' || control.etcdMembers === 1);
  if (!talk(a, b) || same) {
    const help = 'members of etcd talk to each other and to `kube-apiserver`, everybody else to `kube-apiserver`';
    remark(path, { code: 'bad-fault', message: `nothing goes between \`${from}\` and \`${to}\``, help });
    return undefined;
  }
  const base = { from: a, to: b, bothWays: between !== undefined, durationMicros };
  return written.kind === 'NetworkLatency'
    ? { kind: written.kind, ...base, latency: latency! }
    : { kind: written.kind, ...base };
}

export function textOfNetworkFault({ kind, between, from, to }: WrittenNetworkFault): string {
  return between === undefined ? `${kind} from ${from} to ${to}` : `${kind} between ${between.join(' and ')}`;
}
