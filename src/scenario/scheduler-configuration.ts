import type { Report } from '../sim/api/problem.ts';
import { fieldPath } from '../sim/api/problem.ts';
import type { Remark } from './build-scenario.ts';
import { valueAt, type Path, type SourceDocument } from './document.ts';
import type { Findings } from './findings.ts';
import type { LoadOptions } from './load-scenario.ts';
import { complainFrom, resolveFrom } from './resolve-path.ts';
import { readDocuments } from './read-documents.ts';
import { readSource } from './read-source.ts';

const GROUP = 'kubescheduler.config.k8s.io/';

/** Reads a KubeSchedulerConfiguration from the scenario itself or from the file it names, and has it checked. */
export function schedulerConfiguration(
  config: string | Readonly<Record<string, unknown>>,
  policy: string | undefined,
  at: Path,
  folder: string,
  document: SourceDocument,
  findings: Findings,
  options: LoadOptions,
  remark: Remark,
): unknown {
  if (typeof config !== 'string') return check(valueAt(document.data, at), policy, document, at, findings, options);
  const path = resolveFrom(folder, config);
  const complain = complainFrom(folder, config, (problem) => remark(at, problem));
  const source = readSource(path, complain);
  if (source === undefined) return undefined;
  const documents = readDocuments(source, findings.report);
  const [only] = documents;
  if (only === undefined || documents.length > 1) {
    if (!findings.failed)
      remark(at, {
        code: 'bad-scheduler-configuration',
        message: `\`${config}\` holds ${documents.length} documents; a configuration is one`,
      });
    return undefined;
  }
  return check(only.data, policy, only, [], findings, options);
}

function check(
  raw: unknown,
  policy: string | undefined,
  document: SourceDocument,
  prefix: Path,
  findings: Findings,
  options: LoadOptions,
): unknown {
  const report: Report = ({ path, severity, code, message, suggestion, at }) => {
    const place = document.locate([...prefix, ...path], at);
    const field = fieldPath(path);
    findings.report({
      code,
      severity,
      message: `KubeSchedulerConfiguration: ${field === '' ? '' : field + ': '}${message}`,
      source: place.source,
      span: place.span,
      path: fieldPath([...prefix, ...path]),
      help: suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`,
    });
  };
  const apiVersion = valueAt(raw, ['apiVersion']);
  const kind = valueAt(raw, ['kind']);
  if (kind !== 'KubeSchedulerConfiguration' || typeof apiVersion !== 'string' || !apiVersion.startsWith(GROUP)) {
    report({
      path: kind === 'KubeSchedulerConfiguration' ? ['apiVersion'] : ['kind'],
      severity: 'error',
      code: 'bad-scheduler-configuration',
      message: `must have apiVersion ${GROUP}v1 and kind KubeSchedulerConfiguration`,
    });
    return undefined;
  }
  const { checkSchedulerConfiguration } = options;
  return checkSchedulerConfiguration === undefined ? raw : checkSchedulerConfiguration(raw, report, policy);
}
