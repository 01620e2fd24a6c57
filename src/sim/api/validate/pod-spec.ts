import { dnsLabelProblems, dnsSubdomainProblems, labelKeyProblems } from '../names.ts';
import type { PodSpec } from '../pod.ts';
import type { Checker } from './checker.ts';
import { checkContainers } from './container.ts';
import { checkLabels } from './labels.ts';
import { checkAmount, checkPodResources } from './resources.ts';
import { checkAffinity, checkTolerations, checkTopologySpread } from './scheduling.ts';
import { checkSecurityContext } from './security.ts';
import { checkVolumes } from './volumes.ts';

const INT32_MAX = 2_147_483_647;

/**
 * What the API server refuses in the spec of a pod. A template's spec may leave open what is filled in when the pod is
 * made.
 */
export function checkPodSpec(spec: PodSpec, isPod: boolean, at: Checker): void {
  const volumes = checkVolumes(spec.volumes ?? [], at.at('volumes'));
  const claims = new Set((spec.resourceClaims ?? []).map((claim) => claim.name));
  checkContainers({ spec, volumes, claims }, at);
  checkSecurityContext(spec.securityContext, at.at('securityContext'));
  checkClaims(spec, at.at('resourceClaims'));
  checkPodResources(spec, at.at('resources'));
  checkHostNetwork(spec, isPod, at);
  checkLabels(spec.nodeSelector, at.at('nodeSelector'));
  checkAffinity(spec.affinity, at.at('affinity'));
  (spec.readinessGates ?? []).forEach(({ conditionType }, index) => {
    at.at('readinessGates', index, 'conditionType').invalidFor(conditionType, labelKeyProblems(conditionType));
  });
  const gates = new Set<string>();
  (spec.schedulingGates ?? []).forEach(({ name }, index) => {
    at.at('schedulingGates', index).invalidFor(name, labelKeyProblems(name));
    if (gates.has(name)) at.at('schedulingGates', index).duplicate(name);
    gates.add(name);
  });
  checkTopologySpread(spec.topologySpreadConstraints ?? [], at.at('topologySpreadConstraints'));
  checkTolerations(spec.tolerations ?? [], at.at('tolerations'));
  checkNames(spec, at);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > INT32_MAX)) {
    at.at('activeDeadlineSeconds').invalid(deadline, `must be between 1 and ${INT32_MAX}, inclusive`);
  }
  for (const name of Object.keys(spec.overhead ?? {})) {
    checkAmount(name, spec.overhead?.[name] ?? '0', at.at('overhead', name));
  }
  if (isPod) checkImagesOfPod(spec, at);
}

/** A claim by name or a template to make one from. */
function checkClaims(spec: PodSpec, at: Checker): void {
  const names = new Set<string>();
  (spec.resourceClaims ?? []).forEach((claim, index) => {
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    const here = at.at(index);
    here.at('name').invalidFor(name, dnsLabelProblems(name));
    if (names.has(name)) here.at('name').duplicate(name);
    names.add(name);
    const given = [resourceClaimName, resourceClaimTemplateName].filter((each) => each !== undefined).length;
    if (given === 0) here.invalid(claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    if (given === 2) {
      here.invalid(claim, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    }
  });
}

function checkNames(spec: PodSpec, at: Checker): void {
  for (const name of ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName'] as const) {
    const value = spec[name];
    if (value !== undefined && value !== '') at.at(name).invalidFor(value, dnsSubdomainProblems(value));
  }
  for (const name of ['hostname', 'subdomain'] as const) {
    const value = spec[name];
    if (value !== undefined) at.at(name).invalidFor(value, dnsLabelProblems(value));
  }
}

/** On the host's network a container's port is the host's port. */
function checkHostNetwork(spec: PodSpec, isPod: boolean, at: Checker): void {
  if (spec.hostNetwork !== true) return;
  spec.containers.forEach((container, index) => {
    (container.ports ?? []).forEach((port, position) => {
      const { containerPort, hostPort = 0 } = port;
      if ((isPod || hostPort !== 0) && hostPort !== containerPort) {
        const detail = 'must match `containerPort` when `hostNetwork` is true';
        at.at('containers', index, 'ports', position, 'hostPort').invalid(hostPort, detail);
      }
    });
  });
}

function checkImagesOfPod(spec: PodSpec, at: Checker): void {
  for (const name of ['containers', 'initContainers'] as const) {
    (spec[name] ?? []).forEach(({ image }, index) => {
      if (image.trim() === image) return;
      at.at(name, index, 'image').invalid(image, 'must not have leading or trailing whitespace');
    });
  }
}
