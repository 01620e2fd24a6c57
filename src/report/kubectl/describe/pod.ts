import type { Pod } from '../../../sim/api/pod.ts';
import { qosClassOf } from '../../../sim/api/qos.ts';
import { age } from '../age.ts';
import { writeContainers } from './containers.ts';
import { writeController, writeLabels, writeName } from './name-lines.ts';
import { writePlacement } from './placement.ts';
import { writeResources } from './resources.ts';
import type { Describer } from './scene.ts';
import { count, date, has, moment, part, parts, text } from './wire.ts';
import { writeVolumes } from './volumes.ts';

export const describePod: Describer = (pod, out, { now }) => {
  writeName(pod, out);
  if (has(pod, 'spec.priority')) out.line(0, 'Priority:', count(pod, 'spec.priority'));
  const given = (title: string, path: string): void => {
    if (text(pod, path) !== '') out.line(0, `${title}:`, text(pod, path));
  };
  given('Priority Class Name', 'spec.priorityClassName');
  given('Runtime Class Name', 'spec.runtimeClassName');
  given('Service Account', 'spec.serviceAccountName');
  const nodeName = text(pod, 'spec.nodeName');
  out.line(0, 'Node:', nodeName === '' ? '<none>' : `${nodeName}/${text(pod, 'status.hostIP')}`);
  if (has(pod, 'status.startTime')) out.line(0, 'Start Time:', date(pod, 'status.startTime'));
  writeLabels(pod, out);
  const phase = text(pod, 'status.phase');
  const deletion = moment(pod, 'metadata.deletionTimestamp');
  if (deletion !== undefined && phase !== 'Failed' && phase !== 'Succeeded') {
    out.line(0, 'Status:', `Terminating (lasts ${age(deletion, now)})`);
    out.line(0, 'Termination Grace Period:', `${count(pod, 'metadata.deletionGracePeriodSeconds')}s`);
  } else out.line(0, 'Status:', phase);
  given('Reason', 'status.reason');
  given('Message', 'status.message');
  given('SeccompProfile', 'spec.securityContext.seccompProfile.type');
  given('LocalhostProfile', 'spec.securityContext.seccompProfile.localhostProfile');
  out.line(0, 'IP:', text(pod, 'status.podIP'));
  const addresses = parts(pod, 'status.podIPs');
  out.line(0, ...(addresses.length === 0 ? ['IPs:', '<none>'] : ['IPs:']));
  for (const address of addresses) out.line(1, 'IP:', text(address, 'ip'));
  writeController(pod, out);
  given('NominatedNodeName', 'status.nominatedNodeName');
  if (has(pod, 'spec.resources')) {
    out.line(0, 'Resources:');
    writeResources(part(pod, 'spec.resources'), out, 1);
  }
  for (const [title, containers, statuses] of CONTAINERS) {
    if (title === 'Containers' || parts(pod, containers).length > 0)
      writeContainers(title, parts(pod, containers), out, '', { pod, statuses: parts(pod, statuses) });
  }
  const conditions = parts(pod, 'status.conditions');
  const gates = parts(pod, 'spec.readinessGates');
  if (gates.length > 0) out.write(0, 'Readiness Gates:\n  Type\tStatus\n');
  for (const gate of gates) {
    const type = text(gate, 'conditionType');
    const found = conditions.find((condition) => condition['type'] === type);
    out.line(1, `${type} `, `${text(found, 'status') || '<none>'} `);
  }
  if (conditions.length > 0) out.write(0, 'Conditions:\n  Type\tStatus\n');
  for (const condition of conditions) out.line(1, `${text(condition, 'type')} `, `${text(condition, 'status')} `);
  writeVolumes(parts(pod, 'spec.volumes'), out, '');
  out.line(0, 'QoS Class:', text(pod, 'status.qosClass') || qosClassOf(part(pod, 'spec') as unknown as Pod['spec']));
  writePlacement(part(pod, 'spec'), out, '');
};

const CONTAINERS = [
  ['Init Containers', 'spec.initContainers', 'status.initContainerStatuses'],
  ['Containers', 'spec.containers', 'status.containerStatuses'],
  ['Ephemeral Containers', 'spec.ephemeralContainers', 'status.ephemeralContainerStatuses'],
] as const;
