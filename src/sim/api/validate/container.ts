import { dnsLabelProblems, portNameProblems, portNumberProblems } from '../names.ts';
import type { Container, PodSpec } from '../pod.ts';
import type { Checker } from './checker.ts';
import { checkEnvironment } from './environment.ts';
import { checkRunning } from './probes.ts';
import { checkContainerResources } from './resources.ts';
import { checkSecurityContext } from './security.ts';

/** What the containers of a pod are checked against. */
export interface Surroundings {
  readonly spec: PodSpec;
  /** Names of the volumes that are in order. */
  readonly volumes: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
}

function checkPorts(container: Container, at: Checker): void {
  const names = new Set<string>();
  (container.ports ?? []).forEach((port, index) => {
    const here = at.at('ports', index);
    if (port.name !== undefined) {
      const problems = portNameProblems(port.name);
      here.at('name').invalidFor(port.name, problems);
      if (problems.length === 0 && names.has(port.name)) here.at('name').duplicate(port.name);
      names.add(port.name);
    }
    if (port.containerPort === 0) here.at('containerPort').required();
    else here.at('containerPort').invalidFor(port.containerPort, portNumberProblems(port.containerPort));
    if (port.hostPort !== undefined) here.at('hostPort').invalidFor(port.hostPort, portNumberProblems(port.hostPort));
  });
}

/** Two containers that run together cannot listen on the same port of their node. */
function checkHostPorts(containers: readonly Container[], at: (index: number) => Checker): void {
  const taken = new Set<string>();
  containers.forEach((container, index) => {
    (container.ports ?? []).forEach((port, position) => {
      if (port.hostPort === undefined) return;
      const name = `${port.protocol ?? 'TCP'}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(name)) at(index).at('ports', position, 'hostPort').duplicate(name);
      taken.add(name);
    });
  });
}

function checkMounts(container: Container, { volumes }: Surroundings, at: Checker): void {
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  (container.volumeMounts ?? []).forEach((mount, index) => {
    const here = at.at('volumeMounts', index);
    if (!volumes.has(mount.name)) here.at('name').notFound(mount.name);
    if (paths.has(mount.mountPath)) here.at('mountPath').invalid(mount.mountPath, 'must be unique');
    paths.add(mount.mountPath);
    if (devices.some((device) => device.name === mount.name)) {
      here.at('name').invalid(mount.name, 'must not already exist in volumeDevices');
    }
    if (mount.subPath !== undefined && mount.subPathExpr !== undefined) {
      here.at('subPathExpr').invalid(mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive');
    }
    for (const name of ['subPath', 'subPathExpr'] as const) {
      const path = mount[name];
      if (path?.startsWith('/') === true) here.at(name).invalid(path, 'must be a relative path');
      if (path?.split('/').includes('..') === true) here.at(name).invalid(path, "must not contain '..'");
    }
  });
  devices.forEach((device, index) => {
    if (!volumes.has(device.name)) at.at('volumeDevices', index, 'name').notFound(device.name);
  });
}

function checkResizePolicy(container: Container, spec: PodSpec, at: Checker): void {
  const seen = new Set<string>();
  (container.resizePolicy ?? []).forEach((policy, index) => {
    const here = at.at('resizePolicy', index);
    if (seen.has(policy.resourceName)) here.duplicate(policy.resourceName);
    seen.add(policy.resourceName);
    if (spec.restartPolicy === 'Never' && policy.restartPolicy !== 'NotRequired') {
      here.invalid(policy.restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
    }
  });
}

function checkCommon(container: Container, surroundings: Surroundings, at: Checker): void {
  if (container.name === '') at.at('name').required();
  else at.at('name').invalidFor(container.name, dnsLabelProblems(container.name));
  if (container.image === '') at.at('image').required();
  checkPorts(container, at);
  checkEnvironment(container, at);
  checkMounts(container, surroundings, at);
  checkContainerResources(container.resources, surroundings.claims, at.at('resources'));
  checkResizePolicy(container, surroundings.spec, at);
  checkSecurityContext(container.securityContext, at.at('securityContext'));
}

const OF_SIDECARS_ONLY = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** All containers of a pod: each for itself, their names among each other, their host ports. */
export function checkContainers(surroundings: Surroundings, at: Checker): void {
  const { spec } = surroundings;
  const gracePeriod = spec.terminationGracePeriodSeconds;
  const names = new Set<string>();
  if (spec.containers.length === 0) at.at('containers').required();
  spec.containers.forEach((container, index) => {
    const here = at.at('containers', index);
    checkCommon(container, surroundings, here);
    if (names.has(container.name)) here.at('name').duplicate(container.name);
    names.add(container.name);
    checkRunning(container, gracePeriod, here);
  });
  checkHostPorts(spec.containers, (index) => at.at('containers', index));

  (spec.initContainers ?? []).forEach((container, index) => {
    const here = at.at('initContainers', index);
    checkCommon(container, surroundings, here);
    if (names.has(container.name)) here.at('name').duplicate(container.name);
    if (container.name !== '') names.add(container.name);
    checkHostPorts([container], () => here);
    if (container.restartPolicy === 'Always') return checkRunning(container, gracePeriod, here);
    for (const name of OF_SIDECARS_ONLY) {
      if (container[name] === undefined) continue;
      here.at(name).forbidden('may not be set for init containers without restartPolicy=Always');
    }
    (container.resizePolicy ?? []).forEach((policy, position) => {
      if (policy.restartPolicy !== 'RestartContainer') return;
      const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
      here.at('resizePolicy', position, 'restartPolicy').invalid(policy.restartPolicy, detail);
    });
  });
}
