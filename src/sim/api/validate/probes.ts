import { portNameProblems, portNumberProblems } from '../names.ts';
import type { Container, LifecycleHandler, Probe } from '../pod.ts';
import type { Checker } from './checker.ts';

/** A port by number or by name. */
export function checkPort(port: number | string, at: Checker): void {
  at.invalidFor(port, typeof port === 'number' ? portNumberProblems(port) : portNameProblems(port));
}

type Handler = 'exec' | 'httpGet' | 'tcpSocket' | 'grpc' | 'sleep';

function checkHandler(
  handler: Probe & LifecycleHandler,
  gracePeriod: number | undefined,
  allowed: readonly Handler[],
  at: Checker,
): void {
  const [first, ...more] = allowed.filter((name) => handler[name] !== undefined);
  for (const name of more) at.at(name).forbidden('may not specify more than 1 handler type');
  switch (first) {
    case undefined:
      return at.required('must specify a handler type');
    case 'exec':
      if ((handler.exec?.command ?? []).length === 0) at.at('exec', 'command').required();
      return;
    case 'httpGet':
      return checkPort(handler.httpGet?.port ?? 0, at.at('httpGet', 'port'));
    case 'tcpSocket':
      return checkPort(handler.tcpSocket?.port ?? 0, at.at('tcpSocket', 'port'));
    case 'grpc':
      return checkPort(handler.grpc?.port ?? 0, at.at('grpc', 'port'));
    case 'sleep': {
      const seconds = handler.sleep?.seconds ?? 0;
      if (gracePeriod !== undefined && (seconds < 0 || seconds > gracePeriod)) {
        const detail = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`;
        at.at('sleep').invalid(seconds, detail);
      }
    }
  }
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function checkProbe(probe: Probe, gracePeriod: number | undefined, at: Checker): void {
  checkHandler(probe, gracePeriod, ['exec', 'httpGet', 'tcpSocket', 'grpc'], at);
  for (const name of COUNTS) {
    const count = probe[name] ?? 0;
    if (count < 0) at.at(name).invalid(count, 'must be greater than or equal to 0');
  }
  const own = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0) at.at('terminationGracePeriodSeconds').invalid(own, 'must be greater than 0');
}

/** Probes and lifecycle handlers of a container that keeps running. */
export function checkRunning(container: Container, gracePeriod: number | undefined, at: Checker): void {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[hook];
    if (handler !== undefined) {
      checkHandler(handler, gracePeriod, ['exec', 'httpGet', 'tcpSocket', 'sleep'], at.at('lifecycle', hook));
    }
  }
  for (const [name, probe] of [
    ['livenessProbe', livenessProbe],
    ['startupProbe', startupProbe],
  ] as const) {
    if (probe === undefined) continue;
    checkProbe(probe, gracePeriod, at.at(name));
    const successes = probe.successThreshold ?? 1;
    if (successes !== 1) at.at(name, 'successThreshold').invalid(successes, 'must be 1');
  }
  if (readinessProbe === undefined) return;
  checkProbe(readinessProbe, gracePeriod, at.at('readinessProbe'));
  const own = readinessProbe.terminationGracePeriodSeconds;
  if (own !== undefined) {
    const here = at.at('readinessProbe', 'terminationGracePeriodSeconds');
    here.invalid(own, 'must not be set for readinessProbes');
  }
}
