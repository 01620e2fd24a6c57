import { formatDuration } from '../sim/engine/time.ts';
import type { DecisionExplanation, Refusal, ScoredNode } from '../sim/policy-api/explanation.ts';
import { Code } from '../sim/policy-api/status.ts';
import type { DecisionRecord } from '../sim/recorder/records.ts';
import type { Style } from './terminal.ts';

const NAMES_SHOWN = 3;

/** One attempt of the scheduler, for a person: who refused which nodes, who scored what, who won. */
export function renderDecision(decision: DecisionRecord, mostNodes: number, style: Style): string {
  const { explanation, at, attempt, result, node, message, nominatedNode, victims } = decision;
  const lines = [`${style.strong(`attempt ${attempt}`)}  at ${formatDuration(at)}: ${headline(result, node, style)}`];
  if (explanation === undefined) lines.push('  the policy does not explain itself');
  else lines.push(...searchLines(explanation), ...scoreLines(explanation, mostNodes, style));
  if (message !== '') lines.push(`  ${message}`);
  if (victims.length > 0) lines.push(`  victims on ${nominatedNode}, most important first: ${victims.join(', ')}`);
  return lines.join('\n') + '\n';
}

function headline(result: DecisionRecord['result'], node: string, style: Style): string {
  if (result === 'scheduled') return style.good(`placed on ${node}`);
  return result === 'unschedulable' ? style.warn('no node') : style.bad('the cycle failed');
}

function searchLines(explanation: DecisionExplanation): string[] {
  const { nodes, evaluated, feasible, refusals, preFilter, error, schedulerName, skipped } = explanation;
  const lines = [`  ${schedulerName}: ${evaluated} of ${nodes} nodes looked at, ${feasible.length} feasible`];
  if (error !== undefined) lines.push(`  error: ${error}`);
  if (preFilter !== undefined) lines.push(`  PreFilter ${refusal(preFilter)}: refused on every node`);
  for (const one of refusals) lines.push(`  Filter ${refusal(one)}: ${one.nodes.length} ${some(one.nodes)}`);
  if (skipped.length > 0) lines.push(`  had nothing to say: ${skipped.join(', ')}`);
  return lines;
}

function refusal({ plugin, code, reasons }: Refusal): string {
  const final = code === Code.UnschedulableAndUnresolvable ? ' (preemption cannot help)' : '';
  return `${plugin}: ${reasons.join(', ')}${final}`;
}

function some(nodes: readonly string[]): string {
  const shown = nodes.slice(0, NAMES_SHOWN).join(', ');
  const more = nodes.length > NAMES_SHOWN ? ', …' : '';
  return `${nodes.length === 1 ? 'node' : 'nodes'} (${shown}${more})`;
}

/** A table: a node a row, a plugin a column, `raw → normalised × weight` in each cell. */
function scoreLines(explanation: DecisionExplanation, mostNodes: number, style: Style): string[] {
  const { feasible, winner, runnerUp, ties } = explanation;
  const first = feasible[0];
  if (first === undefined) return [];
  if (first.scores.length === 0) return [`  the only feasible node is taken without scoring`];
  const shown = mostNodes === 0 ? feasible : feasible.slice(0, mostNodes);
  const header = ['node', 'total', ...first.scores.map(({ plugin }) => plugin)];
  const rows = shown.map((one) => [one.node, String(one.total), ...cells(one)]);
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  const lines = [
    `  scores: raw, normalised, weighted`,
    `    ${style.faint(line(header))}`,
    ...rows.map((row, i) => `    ${shown[i]!.node === winner ? style.good(line(row)) : line(row)}`),
  ];
  if (shown.length < feasible.length) lines.push(`    and ${feasible.length - shown.length} more (--nodes 0)`);
  const tied = ties > 1 ? `, of ${ties} with the same total` : '';
  lines.push(`  winner ${winner ?? '-'}${tied}; runner-up ${runnerUp ?? '-'}`);
  return lines;
}

function cells(node: ScoredNode): string[] {
  return node.scores.map(({ raw, normalized, weighted }) => `${raw} ${normalized} ${weighted}`);
}
