import { describe, expect, it } from 'vitest';
import { decodeObject } from '../decode/decode-object.ts';
import { NO_LABELS } from '../meta.ts';
import type { Container, Pod, PodSpec } from '../pod.ts';
import type { Deployment } from '../workloads.ts';
import { applyDefaults } from './apply-defaults.ts';
import { withMatchLabelKeys } from './match-label-keys.ts';

const metadata: Pod['metadata'] = {
  name: 'p',
  namespace: 'default',
  uid: '',
  resourceVersion: 0,
  generation: 0,
  creationTimestamp: 0,
  labels: NO_LABELS,
  annotations: NO_LABELS,
  ownerReferences: [],
  finalizers: [],
};
function pod(spec: PodSpec): Pod {
  return { kind: 'Pod', metadata, spec, status: { phase: 'Pending', conditions: [] } };
}
function container(extra: Partial<Container> = {}): Container {
  return { name: 'c', image: 'nginx:1.25', ...extra };
}
function defaulted(spec: PodSpec): PodSpec {
  return applyDefaults(pod(spec)).spec;
}

describe('the defaults of a pod', () => {
  it('are shared by all pods that share a spec', () => {
    const spec = { containers: [container()] };
    const one = applyDefaults(pod(spec));
    const other = applyDefaults(pod(spec));
    expect(one.spec).toBe(other.spec);
    expect(one.spec).not.toBe(spec);
    expect(applyDefaults(one)).toBe(one);
    expect(Object.isFrozen(one.spec.containers[0])).toBe(true);
  });

  it('request what is limited and not requested, on pods and not on templates', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } };
    expect(defaulted({ containers: [container({ resources })] }).containers[0]?.resources).toEqual({
      limits: { cpu: '1', memory: '1Gi' },
      requests: { cpu: '100m', memory: '1Gi' },
    });
    const raw = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container({ resources })] } },
      },
    };
    const deployment = decodeObject(raw, () => {}) as Deployment;
    expect(deployment.spec.template.spec.containers[0]?.resources?.requests).toEqual({ cpu: '100m' });
  });

  it('request for the pod as a whole what its containers do, then what limits it', () => {
    const spec = {
      containers: [
        container({ resources: { requests: { cpu: '500m' } } }),
        container({ name: 'd', resources: { requests: { cpu: '250m' } } }),
      ],
      resources: { limits: { cpu: '2', memory: '1Gi' } },
    };
    expect(defaulted(spec).resources).toEqual({
      limits: { cpu: '2', memory: '1Gi' },
      requests: { cpu: '750m', memory: '1Gi' },
    });
    expect(defaulted({ containers: [container()], resources: { requests: { cpu: '1' } } }).resources).toEqual({
      requests: { cpu: '1' },
    });
  });

  it('limit huge pages for the pod as its containers do', () => {
    const limits = { cpu: '1', 'hugepages-2Mi': '4Mi' };
    const spec = { containers: [container({ resources: { limits } })], resources: { requests: { cpu: '1' } } };
    expect(defaulted(spec).resources).toEqual({
      limits: { 'hugepages-2Mi': '4Mi' },
      requests: { cpu: '1', 'hugepages-2Mi': '4Mi' },
    });
  });

  it('take the port of the host on its network', () => {
    const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 8081 }];
    const spec = defaulted({ hostNetwork: true, containers: [container({ ports })] });
    expect(spec.containers[0]?.ports?.map(({ hostPort }) => hostPort)).toEqual([80, 8081]);
    expect(defaulted({ containers: [container({ ports })] }).containers[0]?.ports?.[0]?.hostPort).toBeUndefined();
  });

  it('complete probes, but leave what is given, zero included where zero is a value', () => {
    const spec = defaulted({
      containers: [container({ readinessProbe: { httpGet: { port: 80 }, periodSeconds: 3 } })],
      terminationGracePeriodSeconds: 0,
    });
    expect(spec.containers[0]?.readinessProbe).toEqual({
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      periodSeconds: 3,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    });
    expect(spec.terminationGracePeriodSeconds).toBe(0);
    expect(
      defaulted({ containers: [container()], terminationGracePeriodSeconds: -5 }).terminationGracePeriodSeconds,
    ).toBe(1);
  });
});

describe('label keys', () => {
  const labels = { app: 'web', 'pod-template-hash': 'abc' };
  const term = {
    labelSelector: { matchLabels: { app: 'web' } },
    topologyKey: 'zone',
    matchLabelKeys: ['pod-template-hash', 'absent'],
    mismatchLabelKeys: ['app'],
  };
  const spec: PodSpec = {
    containers: [container()],
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: {},
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
  };

  it('become requirements with the pod’s own values', () => {
    const result = withMatchLabelKeys({ ...pod(spec), metadata: { ...metadata, labels } }).spec;
    const [required] = result.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    expect(required?.labelSelector).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'pod-template-hash', operator: 'In', values: ['abc'] },
        { key: 'app', operator: 'NotIn', values: ['web'] },
      ],
    });
    expect(result.topologySpreadConstraints?.[0]?.labelSelector).toEqual({
      matchExpressions: [{ key: 'pod-template-hash', operator: 'In', values: ['abc'] }],
    });
  });

  it('are merged once for pods that share spec and labels, and not at all where there are none', () => {
    const one = { ...pod(spec), metadata: { ...metadata, labels } };
    expect(withMatchLabelKeys(one).spec).toBe(withMatchLabelKeys({ ...one }).spec);
    const plain = pod({ containers: [container()] });
    expect(withMatchLabelKeys(plain)).toBe(plain);
  });
});
