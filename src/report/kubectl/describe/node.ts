import { podTotals } from '../../../sim/api/pod-requests.ts';
import { isPodTerminal, type Pod, type ResourceList } from '../../../sim/api/pod.ts';
import { formatQuantity, milliValue, quantityOf, value, type Quantity } from '../../../sim/api/quantity.ts';
import { age } from '../age.ts';
import type { Description } from './description.ts';
import { writeLabels, writeList } from './name-lines.ts';
import type { Describer, Scene } from './scene.ts';
import { date, has, parts, text, textMap, texts, type Wire } from './wire.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const SYSTEM_INFO = [
  ['Machine ID', 'machineID'],
  ['System UUID', 'systemUUID'],
  ['Boot ID', 'bootID'],
  ['Kernel Version', 'kernelVersion'],
  ['OS Image', 'osImage'],
  ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'],
  ['Container Runtime Version', 'containerRuntimeVersion'],
  ['Kubelet Version', 'kubeletVersion'],
] as const;

export const describeNode: Describer = (node, out, scene) => {
  out.line(0, 'Name:', text(node, 'metadata.name'));
  const roles = Object.entries(textMap(node, 'metadata.labels')).flatMap(([key, role]) =>
    key.startsWith(ROLE_PREFIX) ? [key.slice(ROLE_PREFIX.length)] : key === 'kubernetes.io/role' ? [role] : [],
  );
  out.line(
    0,
    'Roles:',
    roles
      .filter((role) => role !== '')
      .sort()
      .join(',') || '<none>',
  );
  writeLabels(node, out);
  out.line(0, 'CreationTimestamp:', date(node, 'metadata.creationTimestamp'));
  const taints = parts(node, 'spec.taints').map((taint) => ({
    order: `${text(taint, 'effect')},${text(taint, 'key')}`,
    shown: `${text(taint, 'key')}${text(taint, 'value') === '' ? '' : `=${text(taint, 'value')}`}:${text(taint, 'effect')}`,
  }));
  taints.sort((a, b) => (a.order < b.order ? -1 : 1));
  writeList(
    'Taints',
    taints.map(({ shown }) => shown),
    out,
  );
  out.line(0, 'Unschedulable:', text(node, 'spec.unschedulable') || 'false');
  writeLease(node, out, scene);
  const conditions = parts(node, 'status.conditions');
  if (conditions.length > 0) {
    out.write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n');
    out.line(1, '----', '------', '-----------------', '------------------', '------', '-------');
  }
  for (const one of conditions) {
    const times = [date(one, 'lastHeartbeatTime'), date(one, 'lastTransitionTime')];
    const cells = [text(one, 'type'), text(one, 'status'), ...times, text(one, 'reason')].map((cell) => `${cell} `);
    out.line(1, ...cells, text(one, 'message'));
  }
  out.line(0, 'Addresses:');
  for (const address of parts(node, 'status.addresses'))
    out.line(1, `${text(address, 'type')}:`, text(address, 'address'));
  for (const [title, member] of [
    ['Capacity', 'capacity'],
    ['Allocatable', 'allocatable'],
  ] as const) {
    const list = textMap(node, `status.${member}`);
    const names = Object.keys(list).sort();
    if (names.length > 0) out.line(0, `${title}:`);
    for (const name of names) out.line(1, `${name}:`, list[name]!);
  }
  out.line(0, 'System Info:');
  for (const [title, member] of SYSTEM_INFO) out.line(1, `${title}:`, text(node, `status.nodeInfo.${member}`));
  if (text(node, 'spec.podCIDR') !== '') out.line(0, 'PodCIDR:', text(node, 'spec.podCIDR'));
  if (has(node, 'spec.podCIDRs')) out.line(0, 'PodCIDRs:', texts(node, 'spec.podCIDRs').join(','));
  if (text(node, 'spec.providerID') !== '') out.line(0, 'ProviderID:', text(node, 'spec.providerID'));
  writePods(node, out, scene);
};

function writeLease(node: Wire, out: Description, { all }: Scene): void {
  const name = text(node, 'metadata.name');
  const lease = all('Lease').find(
    (one) => text(one, 'metadata.namespace') === 'kube-node-lease' && text(one, 'metadata.name') === name,
  );
  if (lease === undefined) return out.line(0, 'Lease:', `Failed to get lease: leases "${name}" not found`);
  out.line(0, 'Lease:');
  out.line(1, 'HolderIdentity:', text(lease, 'spec.holderIdentity') || '<unset>');
  for (const [title, member] of [
    ['AcquireTime', 'acquireTime'],
    ['RenewTime', 'renewTime'],
  ] as const)
    out.line(1, `${title}:`, has(lease, `spec.${member}`) ? date(lease, `spec.${member}`) : '<unset>');
}

const SUMMED = ['cpu', 'memory', 'ephemeral-storage'];
/** Of a node these are not told as extended resources. */
const STANDARD = new Set([...SUMMED, 'pods']);

function writePods(node: Wire, out: Description, { kept, now }: Scene): void {
  const pods = (kept('Pod') as readonly Pod[]).filter(
    (pod) => pod.spec.nodeName === text(node, 'metadata.name') && !isPodTerminal(pod),
  );
  out.line(0, 'Non-terminated Pods:', `(${pods.length} in total)`);
  out.line(1, 'Namespace', 'Name', '', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age');
  out.line(1, '---------', '----', '', '------------', '----------', '---------------', '-------------', '---');
  const given = textMap(node, 'status.allocatable');
  const allocatable = Object.keys(given).length > 0 ? given : textMap(node, 'status.capacity');
  const cell = (name: string, list: ResourceList): string => {
    const amount = list[name] ?? '0';
    return `${amount} (${percent(name, amount, allocatable[name] ?? '0')}%)`;
  };
  const requests: ResourceList[] = [];
  const limits: ResourceList[] = [];
  for (const pod of pods) {
    const requested = podTotals(pod, 'requests');
    const limited = podTotals(pod, 'limits');
    requests.push(requested);
    limits.push(limited);
    const cells = ['cpu', 'memory'].flatMap((name) => [cell(name, requested), cell(name, limited)]);
    const { namespace, name, creationTimestamp } = pod.metadata;
    out.line(1, namespace, name, '', ...cells, age(creationTimestamp, now));
  }
  out.write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n');
  out.line(1, 'Resource', 'Requests', 'Limits');
  out.line(1, '--------', '--------', '------');
  const [requested, limited] = [sumOf(requests), sumOf(limits)];
  for (const name of SUMMED) out.line(1, name, cell(name, requested), cell(name, limited));
  const others = Object.keys(allocatable)
    .filter((name) => !STANDARD.has(name))
    .sort();
  const pages = others.filter((name) => name.startsWith('hugepages-'));
  for (const name of pages) out.line(1, name, cell(name, requested), cell(name, limited));
  for (const name of others) {
    if (!pages.includes(name)) out.line(1, name, requested[name] ?? '0', limited[name] ?? '0');
  }
}

function percent(name: string, amount: string, of: string): number {
  const [part, whole] = name === 'cpu' ? [milliValue(amount), milliValue(of)] : [value(amount), value(of)];
  return whole === 0 ? 0 : Math.trunc((part / whole) * 100);
}

function sumOf(lists: readonly ResourceList[]): ResourceList {
  const sums = new Map<string, Quantity>();
  for (const list of lists) {
    for (const [name, amount] of Object.entries(list)) {
      const { nano, format } = quantityOf(amount);
      const sum = sums.get(name);
      sums.set(name, sum === undefined ? { nano, format } : { nano: sum.nano + nano, format: sum.format });
    }
  }
  return Object.fromEntries([...sums].map(([name, sum]) => [name, formatQuantity(sum)]));
}
