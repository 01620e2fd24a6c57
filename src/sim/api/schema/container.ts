import { pullPolicyOf } from '../image-name.ts';
import { RESOURCE_LIST } from './meta.ts';
import { SECURITY_CONTEXT } from './security.ts';
import {
  always,
  bool,
  defaulted,
  extended,
  ignored,
  int32,
  int64,
  intOrString,
  list,
  listByKey,
  oneOf,
  pointer,
  required,
  shown,
  table,
  text,
  type Data,
} from './type.ts';
import { OBJECT_FIELD_SELECTOR, RESOURCE_FIELD_SELECTOR } from './volume-sources.ts';

export const PROTOCOL = oneOf('SCTP', 'TCP', 'UDP');
export const PULL_POLICY = oneOf('Always', 'IfNotPresent', 'Never');

const CONTAINER_PORT = table('ContainerPort', {
  name: text,
  hostPort: int32,
  containerPort: required(int32),
  protocol: defaulted(PROTOCOL, 'TCP'),
  hostIP: text,
});

const ENV_FROM_SOURCE = table('EnvFromSource', {
  prefix: text,
  configMapRef: pointer(table('ConfigMapEnvSource', { name: text, optional: pointer(bool) })),
  secretRef: pointer(table('SecretEnvSource', { name: text, optional: pointer(bool) })),
});

const ENV_VAR = table('EnvVar', {
  name: required(text),
  value: text,
  valueFrom: pointer(
    table('EnvVarSource', {
      fieldRef: pointer(OBJECT_FIELD_SELECTOR),
      resourceFieldRef: pointer(RESOURCE_FIELD_SELECTOR),
      configMapKeyRef: pointer(
        table('ConfigMapKeySelector', { name: text, key: required(text), optional: pointer(bool) }, { atomic: true }),
      ),
      secretKeyRef: pointer(
        table('SecretKeySelector', { name: text, key: required(text), optional: pointer(bool) }, { atomic: true }),
      ),
      fileKeyRef: pointer(
        table('FileKeySelector', {
          volumeName: required(text),
          path: required(text),
          key: required(text),
          optional: pointer(bool),
        }),
      ),
    }),
  ),
});

export const RESOURCE_REQUIREMENTS = table('ResourceRequirements', {
  limits: RESOURCE_LIST,
  requests: RESOURCE_LIST,
  claims: listByKey('name', table('ResourceClaim', { name: required(text), request: text })),
});

/** The environment of an action, not simulated: which process answers makes no difference to how long it takes. */
const EXEC_ACTION = table('ExecAction', { command: list(text) });

const HTTP_GET_ACTION = table('HTTPGetAction', {
  path: defaulted(text, '/'),
  port: always(intOrString, 0),
  host: ignored(text),
  scheme: defaulted(oneOf('HTTP', 'HTTPS'), 'HTTP'),
  httpHeaders: ignored(list(table('HTTPHeader', { name: required(text), value: shown(always(text, '')) }))),
});

const TCP_SOCKET_ACTION = table('TCPSocketAction', { port: always(intOrString, 0), host: ignored(text) });

const PROBE = table('Probe', {
  exec: pointer(EXEC_ACTION),
  httpGet: pointer(HTTP_GET_ACTION),
  tcpSocket: pointer(TCP_SOCKET_ACTION),
  grpc: pointer(table('GRPCAction', { port: always(int32, 0), service: ignored(defaulted(pointer(text), '')) })),
  initialDelaySeconds: int32,
  timeoutSeconds: defaulted(int32, 1),
  periodSeconds: defaulted(int32, 10),
  successThreshold: defaulted(int32, 1),
  failureThreshold: defaulted(int32, 3),
  terminationGracePeriodSeconds: pointer(int64),
});

const LIFECYCLE_HANDLER = table('LifecycleHandler', {
  exec: pointer(EXEC_ACTION),
  httpGet: pointer(HTTP_GET_ACTION),
  tcpSocket: ignored(pointer(TCP_SOCKET_ACTION)),
  sleep: pointer(table('SleepAction', { seconds: shown(always(int64, 0)) })),
});

const LIFECYCLE = table('Lifecycle', {
  postStart: pointer(LIFECYCLE_HANDLER),
  preStop: pointer(LIFECYCLE_HANDLER),
  stopSignal: ignored(pointer(text)),
});

function withPullPolicy(container: Data): Data {
  if (container['imagePullPolicy'] !== undefined) return container;
  return { ...container, imagePullPolicy: pullPolicyOf((container['image'] as string | undefined) ?? '') };
}

export const CONTAINER = table(
  'Container',
  {
    name: required(text),
    image: always(text, ''),
    imagePullPolicy: PULL_POLICY,
    command: list(text),
    args: list(text),
    ports: listByKey('containerPort', CONTAINER_PORT, ['containerPort', 'protocol']),
    resources: RESOURCE_REQUIREMENTS,
    livenessProbe: pointer(PROBE),
    readinessProbe: pointer(PROBE),
    startupProbe: pointer(PROBE),
    lifecycle: pointer(LIFECYCLE),
    restartPolicy: pointer(oneOf('Always', 'Never', 'OnFailure')),
    resizePolicy: list(
      table('ContainerResizePolicy', {
        resourceName: required(oneOf('cpu', 'memory')),
        restartPolicy: required(oneOf('NotRequired', 'RestartContainer')),
      }),
    ),
    restartPolicyRules: ignored(
      list(
        table('ContainerRestartRule', {
          action: required(oneOf('Restart', 'RestartAllContainers')),
          exitCodes: pointer(
            table('ContainerRestartRuleOnExitCodes', {
              operator: required(oneOf('In', 'NotIn')),
              values: list(int32),
            }),
          ),
        }),
      ),
    ),
    workingDir: ignored(text),
    envFrom: ignored(list(ENV_FROM_SOURCE)),
    env: ignored(listByKey('name', ENV_VAR)),
    volumeMounts: ignored(
      listByKey(
        'mountPath',
        table('VolumeMount', {
          name: required(text),
          readOnly: bool,
          recursiveReadOnly: pointer(oneOf('Disabled', 'Enabled', 'IfPossible')),
          mountPath: required(text),
          subPath: text,
          mountPropagation: pointer(oneOf('Bidirectional', 'HostToContainer', 'None')),
          subPathExpr: text,
        }),
      ),
    ),
    volumeDevices: ignored(
      listByKey('devicePath', table('VolumeDevice', { name: required(text), devicePath: required(text) })),
    ),
    terminationMessagePath: ignored(defaulted(text, '/dev/termination-log')),
    terminationMessagePolicy: ignored(defaulted(oneOf('FallbackToLogsOnError', 'File'), 'File')),
    securityContext: ignored(pointer(SECURITY_CONTEXT)),
    stdin: ignored(bool),
    stdinOnce: ignored(bool),
    tty: ignored(bool),
  },
  { complete: withPullPolicy },
);

export const EPHEMERAL_CONTAINER = extended(CONTAINER, 'EphemeralContainer', { targetContainerName: text });
