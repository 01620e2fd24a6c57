import { labelsText } from '../selector-cells.ts';
import type { Description } from './description.ts';
import { selectorOf, writeAnnotations, writeMap, writeName } from './name-lines.ts';
import type { Describer } from './scene.ts';
import { count, date, has, parts, text, textMap, texts, type Wire } from './wire.ts';

const LIMIT_COLUMNS = ['Type', 'Resource', 'Min', 'Max', 'Default Request', 'Default Limit', 'Max Limit/Request Ratio'];
const LIMIT_RULES = ['----', '--------', '---', '---', '---------------', '-------------', '-----------------------'];
const LIMIT_MEMBERS = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'];

const SCOPES: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort:
    'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

export const describeQuota: Describer = (quota, out) => {
  writeName(quota, out);
  writeScopes(quota, out, 0, ' ');
  out.line(0, 'Resource', 'Used', 'Hard');
  out.line(0, '--------', '----', '----');
  writeUsage(quota, out, 0);
};

export const describeLimitRange: Describer = (range, out) => {
  writeName(range, out);
  out.line(0, ...LIMIT_COLUMNS);
  out.line(0, ...LIMIT_RULES);
  writeLimits(range, out, '');
};

/** A namespace with its quotas and limits. */
export const describeNamespace: Describer = (namespace, out, { all }) => {
  out.line(0, 'Name:', text(namespace, 'metadata.name'));
  writeMap('Labels', textMap(namespace, 'metadata.labels'), out);
  writeAnnotations('Annotations', textMap(namespace, 'metadata.annotations'), out);
  out.line(0, 'Status:', text(namespace, 'status.phase'));
  const conditions = parts(namespace, 'status.conditions');
  if (conditions.length > 0) {
    out.line(0, 'Conditions:');
    out.line(1, 'Type', 'Status', 'LastTransitionTime', 'Reason', 'Message');
    out.line(1, '----', '------', '------------------', '------', '-------');
  }
  for (const one of conditions) {
    const cells = [text(one, 'type'), text(one, 'status'), date(one, 'lastTransitionTime')];
    out.line(1, ...cells, text(one, 'reason'), text(one, 'message'));
  }
  const inside = (object: Wire): boolean => text(object, 'metadata.namespace') === text(namespace, 'metadata.name');
  const quotas = all('ResourceQuota').filter(inside);
  out.line(0, '');
  out.line(0, quotas.length === 0 ? 'No resource quota.' : 'Resource Quotas');
  for (const quota of quotas) {
    out.line(1, 'Name:', text(quota, 'metadata.name'));
    writeScopes(quota, out, 1, '');
    out.line(1, 'Resource', 'Used', 'Hard');
    out.line(1, '--------', '---', '---');
    writeUsage(quota, out, 1);
  }
  const ranges = all('LimitRange').filter(inside);
  out.line(0, '');
  if (ranges.length === 0) return out.line(0, 'No LimitRange resource.');
  out.line(0, 'Resource Limits');
  for (const [first, ...rest] of [LIMIT_COLUMNS, LIMIT_RULES]) out.line(0, ` ${first!}`, ...rest);
  for (const range of ranges) writeLimits(range, out, ' ');
};

function writeScopes(quota: Wire, out: Description, level: number, indent: string): void {
  const scopes = [...texts(quota, 'spec.scopes')].sort();
  if (scopes.length === 0) return;
  out.line(level, 'Scopes:', scopes.join(', '));
  for (const scope of scopes) if (SCOPES[scope] !== undefined) out.line(level, `${indent}* ${SCOPES[scope]!}`);
}

function writeUsage(quota: Wire, out: Description, level: number): void {
  const hard = textMap(quota, 'status.hard');
  const used = textMap(quota, 'status.used');
  for (const name of Object.keys(hard).sort()) out.line(level, name, used[name] ?? '0', hard[name]!);
}

function writeLimits(range: Wire, out: Description, indent: string): void {
  for (const limit of parts(range, 'spec.limits')) {
    const lists = LIMIT_MEMBERS.map((member) => textMap(limit, member));
    // kubectl shows them in the order of a Go map, which is none.
    const names = [...new Set(lists.flatMap((list) => Object.keys(list)))].sort();
    for (const name of names)
      out.line(0, indent + text(limit, 'type'), name, ...lists.map((list) => list[name] ?? '-'));
  }
}

export const describeBudget: Describer = (budget, out) => {
  writeName(budget, out);
  if (has(budget, 'spec.minAvailable')) out.line(0, 'Min available:', text(budget, 'spec.minAvailable'));
  else if (has(budget, 'spec.maxUnavailable')) out.line(0, 'Max unavailable:', text(budget, 'spec.maxUnavailable'));
  out.line(0, 'Selector:', has(budget, 'spec.selector') ? selectorOf(budget, 'spec.selector') : '<unset>');
  out.line(0, 'Status:');
  for (const [title, member] of [
    ['Allowed disruptions', 'disruptionsAllowed'],
    ['Current', 'currentHealthy'],
    ['Desired', 'desiredHealthy'],
    ['Total', 'expectedPods'],
  ] as const)
    out.line(2, `${title}:`, count(budget, `status.${member}`));
};

export const describePriorityClass: Describer = (priorityClass, out) => {
  out.line(0, 'Name:', text(priorityClass, 'metadata.name'));
  out.line(0, 'Value:', count(priorityClass, 'value'));
  out.line(0, 'GlobalDefault:', priorityClass['globalDefault'] === true);
  out.line(0, 'PreemptionPolicy:', text(priorityClass, 'preemptionPolicy') || 'PreemptLowerPriority');
  out.line(0, 'Description:', text(priorityClass, 'description'));
  out.line(0, 'Annotations:', labelsText(textMap(priorityClass, 'metadata.annotations')));
};
