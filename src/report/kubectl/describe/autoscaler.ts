import type { Description } from './description.ts';
import { writeLabels, writeName } from './name-lines.ts';
import type { Describer } from './scene.ts';
import { count, date, has, part, parts, text, type Wire } from './wire.ts';

export const describeAutoscaler: Describer = (autoscaler, out) => {
  writeName(autoscaler, out);
  writeLabels(autoscaler, out);
  out.line(0, 'CreationTimestamp:', date(autoscaler, 'metadata.creationTimestamp'));
  const kind = text(autoscaler, 'spec.scaleTargetRef.kind');
  out.line(0, 'Reference:', `${kind}/${text(autoscaler, 'spec.scaleTargetRef.name')}`);
  out.line(0, 'Metrics:', '( current / target )');
  const found = parts(autoscaler, 'status.currentMetrics');
  parts(autoscaler, 'spec.metrics').forEach((metric, i) => out.line(1, ...metricCells(metric, found[i])));
  out.line(0, 'Min replicas:', text(autoscaler, 'spec.minReplicas') || '<unset>');
  out.line(0, 'Max replicas:', count(autoscaler, 'spec.maxReplicas'));
  if (has(autoscaler, 'spec.behavior')) {
    out.line(0, 'Behavior:');
    writeRules('Scale Up', part(autoscaler, 'spec.behavior.scaleUp'), out);
    writeRules('Scale Down', part(autoscaler, 'spec.behavior.scaleDown'), out);
  }
  const [current, desired] = ['currentReplicas', 'desiredReplicas'].map((member) =>
    count(autoscaler, `status.${member}`),
  );
  out.line(0, `${kind} pods:`, `${current} current / ${desired} desired`);
  const conditions = parts(autoscaler, 'status.conditions');
  if (conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type', 'Status', 'Reason', 'Message');
  out.line(1, '----', '------', '------', '-------');
  for (const one of conditions)
    out.line(1, text(one, 'type'), text(one, 'status'), text(one, 'reason'), text(one, 'message'));
};

/** What is measured, and what it is over what it shall be. */
function metricCells(metric: Wire, status: Wire | undefined): readonly [string, string] {
  const type = text(metric, 'type');
  const member = type.charAt(0).toLowerCase() + type.slice(1);
  const source = part(metric, member);
  const target = part(source, 'target');
  const current = part(status, `${member}.current`);
  const name = text(source, 'metric.name');
  const average = `${text(current, 'averageValue') || '<unknown>'} / ${text(target, 'averageValue')}`;
  const value = `${text(current, 'value') || '<unknown>'} / ${text(target, 'value')}`;
  const isAverage = has(target, 'averageValue');
  switch (type) {
    case 'External':
      return isAverage ? [`"${name}" (target average value):`, average] : [`"${name}" (target value):`, value];
    case 'Pods':
      return [`"${name}" on pods:`, average];
    case 'Object': {
      const on = `${text(source, 'describedObject.kind')}/${text(source, 'describedObject.name')}`;
      return isAverage
        ? [`"${name}" on ${on} (target average value):`, average]
        : [`"${name}" on ${on} (target value):`, value];
    }
    default: {
      const container = type === 'ContainerResource' ? ` of container "${text(source, 'container')}"` : '';
      const what = `resource ${text(source, 'name')}${container} on pods`;
      if (isAverage) return [`${what}:`, average];
      const used = has(current, 'averageUtilization')
        ? `${count(current, 'averageUtilization')}% (${text(current, 'averageValue')})`
        : '<unknown>';
      const wanted = has(target, 'averageUtilization') ? `${count(target, 'averageUtilization')}%` : '<auto>';
      return [`${what}  (as a percentage of request):`, `${used} / ${wanted}`];
    }
  }
}

function writeRules(title: string, rules: Wire, out: Description): void {
  if (Object.keys(rules).length === 0) return;
  out.line(1, `${title}:`);
  if (has(rules, 'stabilizationWindowSeconds'))
    out.line(2, `Stabilization Window: ${count(rules, 'stabilizationWindowSeconds')} seconds`);
  const policies = parts(rules, 'policies');
  if (policies.length === 0) return;
  out.line(2, `Select Policy: ${text(rules, 'selectPolicy') || 'Max'}`);
  out.line(2, 'Policies:');
  for (const policy of policies)
    out.line(
      3,
      `- Type: ${text(policy, 'type')}`,
      `Value: ${count(policy, 'value')}`,
      `Period: ${count(policy, 'periodSeconds')} seconds`,
    );
}
