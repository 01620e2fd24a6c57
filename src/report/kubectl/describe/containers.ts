import type { Description } from './description.ts';
import { at, bracketed, count, date, has, part, parts, text, textMap, texts, type Wire } from './wire.ts';
import { writeResources } from './resources.ts';

/** Of containers that run: what they are, and what their environment resolves to. */
export interface RunningPod {
  readonly pod: Wire;
  readonly statuses: readonly Wire[];
}

/** `indent`: that of a template inside another object. */
export function writeContainers(
  title: string,
  containers: readonly Wire[],
  out: Description,
  indent: string,
  running?: RunningPod,
): void {
  out.line(0, `${indent}${title}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = running?.statuses.find(({ name }) => name === container['name']);
    out.line(1, `${indent === '' ? '' : ' '}${text(container, 'name')}:`);
    if (status !== undefined) out.line(2, 'Container ID:', text(status, 'containerID'));
    out.line(2, 'Image:', text(container, 'image'));
    if (status !== undefined) out.line(2, 'Image ID:', text(status, 'imageID'));
    writePorts('Port', container, 'containerPort', out);
    writePorts('Host Port', container, 'hostPort', out);
    writeSeccomp(container, out);
    writeWords('Command', texts(container, 'command'), out);
    writeWords('Args', texts(container, 'args'), out);
    if (status !== undefined) writeState(status, out);
    writeResources(part(container, 'resources'), out, 2);
    for (const [name, member] of PROBES) {
      if (has(container, member)) out.line(2, `${name}:`, probeText(part(container, member)));
    }
    writeEnvironmentSources(container, out);
    writeEnvironment(container, running?.pod, out);
    writeMounts(container, out);
  }
}

const PROBES = [
  ['Liveness', 'livenessProbe'],
  ['Readiness', 'readinessProbe'],
  ['Startup', 'startupProbe'],
] as const;

function writePorts(title: string, container: Wire, member: string, out: Description): void {
  const ports = parts(container, 'ports').map((port) => {
    const name = text(port, 'name');
    return `${count(port, member)}/${text(port, 'protocol') || 'TCP'}${name === '' ? '' : ` (${name})`}`;
  });
  if (ports.length > 1) out.line(2, `${title}s:`, ports.join(', '));
  else out.line(2, `${title}:`, ports[0] ?? '<none>');
}

function writeSeccomp(container: Wire, out: Description): void {
  const profile = part(container, 'securityContext.seccompProfile');
  if (!has(profile, 'type')) return;
  out.line(2, 'SeccompProfile:', text(profile, 'type'));
  if (profile['type'] === 'Localhost') out.line(3, 'LocalhostProfile:', text(profile, 'localhostProfile'));
}

function writeWords(title: string, words: readonly string[], out: Description): void {
  if (words.length === 0) return;
  out.line(2, `${title}:`);
  for (const word of words) for (const line of word.split('\n')) out.line(3, line);
}

function writeState(status: Wire, out: Description): void {
  writeOneState('State', part(status, 'state'), out);
  if (has(status, 'lastState.terminated')) writeOneState('Last State', part(status, 'lastState'), out);
  out.line(2, 'Ready:', status['ready'] === true ? 'True' : 'False');
  out.line(2, 'Restart Count:', count(status, 'restartCount'));
}

function writeOneState(title: string, state: Wire, out: Description): void {
  if (has(state, 'running')) {
    out.line(2, `${title}:`, 'Running');
    out.line(3, 'Started:', date(state, 'running.startedAt'));
    return;
  }
  const { terminated } = state;
  if (terminated === undefined) {
    out.line(2, `${title}:`, 'Waiting');
    if (text(state, 'waiting.reason') !== '') out.line(3, 'Reason:', text(state, 'waiting.reason'));
    return;
  }
  out.line(2, `${title}:`, 'Terminated');
  if (text(terminated, 'reason') !== '') out.line(3, 'Reason:', text(terminated, 'reason'));
  if (text(terminated, 'message') !== '') out.line(3, 'Message:', text(terminated, 'message'));
  out.line(3, 'Exit Code:', count(terminated, 'exitCode'));
  if (count(terminated, 'signal') > 0) out.line(3, 'Signal:', count(terminated, 'signal'));
  out.line(3, 'Started:', date(terminated, 'startedAt'));
  out.line(3, 'Finished:', date(terminated, 'finishedAt'));
}

function probeText(probe: Wire): string {
  const seconds = (member: string, otherwise: number): number =>
    has(probe, member) ? count(probe, member) : otherwise;
  const terms =
    `delay=${seconds('initialDelaySeconds', 0)}s timeout=${seconds('timeoutSeconds', 1)}s ` +
    `period=${seconds('periodSeconds', 10)}s #success=${seconds('successThreshold', 1)} #failure=${seconds('failureThreshold', 3)}`;
  return `${probedBy(probe)} ${terms}`;
}

function probedBy(probe: Wire): string {
  if (has(probe, 'exec')) return `exec ${bracketed(texts(probe, 'exec.command'))}`;
  if (has(probe, 'httpGet')) {
    const scheme = (text(probe, 'httpGet.scheme') || 'HTTP').toLowerCase();
    const path = text(probe, 'httpGet.path');
    const slash = path === '' || path.startsWith('/') ? '' : '/';
    return `http-get ${scheme}://${text(probe, 'httpGet.host')}:${text(probe, 'httpGet.port')}${slash}${path}`;
  }
  if (has(probe, 'tcpSocket')) return `tcp-socket ${text(probe, 'tcpSocket.host')}:${text(probe, 'tcpSocket.port')}`;
  return has(probe, 'grpc') ? `grpc <pod>:${text(probe, 'grpc.port')} ${text(probe, 'grpc.service')}` : 'unknown';
}

function writeEnvironmentSources(container: Wire, out: Description): void {
  const sources = parts(container, 'envFrom');
  if (sources.length === 0) return;
  out.line(2, 'Environment Variables from:');
  for (const source of sources) {
    const [from, ref] = has(source, 'configMapRef')
      ? ['ConfigMap', part(source, 'configMapRef')]
      : ['Secret', part(source, 'secretRef')];
    const prefix = text(source, 'prefix');
    out.line(
      3,
      text(ref, 'name'),
      prefix === '' ? from : `${from} with prefix '${prefix}'`,
      `Optional: ${ref['optional'] === true}`,
    );
  }
}

function writeEnvironment(container: Wire, pod: Wire | undefined, out: Description): void {
  const variables = parts(container, 'env');
  if (variables.length === 0) return out.line(2, 'Environment:', '<none>');
  out.line(2, 'Environment:');
  for (const variable of variables) {
    const name = `${text(variable, 'name')}:`;
    const from = part(variable, 'valueFrom');
    const [kind] = Object.keys(from);
    const ref = part(from, kind ?? '');
    const optional = `Optional: ${ref['optional'] === true}`;
    switch (kind) {
      case undefined:
        text(variable, 'value')
          .split('\n')
          .forEach((line, i) => out.line(3, i === 0 ? name : '', line));
        break;
      case 'fieldRef': {
        const path = text(ref, 'fieldPath');
        out.line(3, name, `${fieldOf(pod, path)} (${text(ref, 'apiVersion') || 'v1'}:${path})`);
        break;
      }
      case 'resourceFieldRef':
        out.line(3, name, `${resourceFieldOf(container, text(ref, 'resource'))} (${text(ref, 'resource')})`);
        break;
      case 'secretKeyRef':
        out.line(3, name, `<set to the key '${text(ref, 'key')}' in secret '${text(ref, 'name')}'>`, optional);
        break;
      case 'configMapKeyRef':
        out.line(3, name, `<set to the key '${text(ref, 'key')}' of config map '${text(ref, 'name')}'>`, optional);
    }
  }
}

/** Names of members in brackets are keys: `metadata.labels['app']`. */
function fieldOf(pod: Wire | undefined, path: string): string {
  const key = /^(metadata\.(?:labels|annotations))\['(.+)'\]$/.exec(path);
  return key === null ? text(pod, path) : (textMap(pod, key[1]!)[key[2]!] ?? '');
}

function resourceFieldOf(container: Wire, resource: string): string {
  const [which = '', ...name] = resource.split('.');
  const amount = at(part(container, `resources.${which}`), name.join('.'));
  return typeof amount === 'string' ? amount : which === 'limits' ? 'node allocatable' : '0';
}

function writeMounts(container: Wire, out: Description): void {
  const mounts = [...parts(container, 'volumeMounts')].sort((a, b) =>
    text(a, 'mountPath') < text(b, 'mountPath') ? -1 : 1,
  );
  out.line(2, ...(mounts.length === 0 ? ['Mounts:', '<none>'] : ['Mounts:']));
  for (const mount of mounts) {
    const flags = mount['readOnly'] === true ? ['ro'] : ['rw'];
    if (text(mount, 'subPath') !== '') flags.push(`path="${text(mount, 'subPath')}"`);
    out.line(3, `${text(mount, 'mountPath')} from ${text(mount, 'name')} (${flags.join(',')})`);
  }
  const devices = parts(container, 'volumeDevices');
  if (devices.length === 0) return;
  out.line(2, ...(mounts.length === 0 ? ['Devices:', '<none>'] : ['Devices:']));
  for (const device of devices) out.line(3, `${text(device, 'devicePath')} from ${text(device, 'name')}`);
}
