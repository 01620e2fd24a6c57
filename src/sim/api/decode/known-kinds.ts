import { factsOf, KINDS, type Kind } from '../kinds.ts';
import { HORIZONTAL_POD_AUTOSCALER_V1 } from '../schema/autoscaling-v1.ts';
import { schemaOf } from '../schema/kinds.ts';
import type { Table } from '../schema/type.ts';
import { nearest } from './nearest.ts';

/** Older versions that are served beside the one that is stored: how they are read, into what that one says. */
const OLDER: readonly (readonly [apiVersion: string, kind: Kind, schema: Table])[] = [
  ['autoscaling/v1', 'HorizontalPodAutoscaler', HORIZONTAL_POD_AUTOSCALER_V1],
];

/**
 * The kinds that a v1.36 API server knows besides the simulated ones, by apiVersion. They are accepted and have no
 * effect. A kind of any other group is somebody's custom resource and accepted alike.
 */
const NOT_SIMULATED: readonly (readonly [apiVersion: string, kinds: string])[] = [
  ['v1', 'Binding ComponentStatus List PodTemplate'],
  [
    'admissionregistration.k8s.io/v1',
    'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration',
  ],
  ['admissionregistration.k8s.io/v1beta1', 'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding'],
  ['apiregistration.k8s.io/v1', 'APIService'],
  ['authentication.k8s.io/v1', 'SelfSubjectReview TokenRequest TokenReview'],
  [
    'authorization.k8s.io/v1',
    'LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview',
  ],
  ['autoscaling/v1', 'Scale'],
  ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
  ['certificates.k8s.io/v1beta1', 'ClusterTrustBundle PodCertificateRequest'],
  ['events.k8s.io/v1', 'Event'],
  ['flowcontrol.apiserver.k8s.io/v1', 'FlowSchema PriorityLevelConfiguration'],
  ['networking.k8s.io/v1', 'Ingress IngressClass IPAddress NetworkPolicy ServiceCIDR'],
  ['node.k8s.io/v1', 'RuntimeClass'],
  ['policy/v1', 'Eviction'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole ClusterRoleBinding Role RoleBinding'],
  ['resource.k8s.io/v1', 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice'],
  ['resource.k8s.io/v1beta1', 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice'],
  ['resource.k8s.io/v1beta2', 'DeviceClass DeviceTaintRule ResourceClaim ResourceClaimTemplate ResourceSlice'],
  ['storage.k8s.io/v1', 'VolumeAttributesClass'],
  ['storagemigration.k8s.io/v1beta1', 'StorageVersionMigration'],
];

/** Groups that only Kubernetes itself puts kinds into, older ones included. */
const OWN_GROUPS: ReadonlySet<string> = new Set([
  '',
  'extensions',
  ...NOT_SIMULATED.map(([apiVersion]) => groupOf(apiVersion)),
  ...Object.values(KINDS).map((facts) => groupOf(facts.apiVersion)),
]);

/** Where a kind can be asked for, the preferred apiVersion first. */
const VERSIONS_OF: ReadonlyMap<string, readonly string[]> = versionsByKind();

function versionsByKind(): Map<string, string[]> {
  const versions = new Map<string, string[]>();
  const add = (kind: string, apiVersion: string): void => {
    const known = versions.get(kind);
    if (known === undefined) versions.set(kind, [apiVersion]);
    else known.push(apiVersion);
  };
  for (const kind of Object.keys(KINDS) as Kind[]) add(kind, factsOf(kind).apiVersion);
  for (const [apiVersion, kind] of OLDER) add(kind, apiVersion);
  for (const [apiVersion, kinds] of NOT_SIMULATED) for (const kind of kinds.split(' ')) add(kind, apiVersion);
  // Of several versions the last one listed is the newest, but for alphas and betas.
  for (const list of versions.values()) list.sort((a, b) => rank(b) - rank(a));
  return versions;
}

function rank(apiVersion: string): number {
  const [, major = '0', stage] = /v(\d+)(alpha|beta)?\d*$/.exec(apiVersion) ?? [];
  return Number(major) + (stage === undefined ? 100 : 0);
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

export type Recognition =
  /** `schema`: how an object of this version is read. */
  | { readonly as: 'simulated'; readonly kind: Kind; readonly schema: Table }
  | { readonly as: 'not-simulated' }
  /** The kind exists, but not in this version. */
  | { readonly as: 'wrong-version'; readonly apiVersion: string }
  | { readonly as: 'unknown'; readonly suggestion: string | undefined };

/** What an apiVersion and a kind stand for. */
export function recognise(apiVersion: string, kind: string): Recognition {
  if (Object.hasOwn(KINDS, kind) && factsOf(kind as Kind).apiVersion === apiVersion) {
    return { as: 'simulated', kind: kind as Kind, schema: schemaOf(kind as Kind) };
  }
  const older = OLDER.find(([version, name]) => version === apiVersion && name === kind);
  if (older !== undefined) return { as: 'simulated', kind: older[1], schema: older[2] };
  const group = groupOf(apiVersion);
  if (!OWN_GROUPS.has(group)) return { as: 'not-simulated' };
  const versions = VERSIONS_OF.get(kind);
  if (versions?.includes(apiVersion) === true) return { as: 'not-simulated' };
  const [best] = versions ?? [];
  if (best !== undefined) return { as: 'wrong-version', apiVersion: best };
  return { as: 'unknown', suggestion: nearest(kind, VERSIONS_OF.keys()) };
}
