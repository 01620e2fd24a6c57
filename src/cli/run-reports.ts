import { ChromeTrace } from '../report/chrome-trace.ts';
import type { Table } from '../report/column.ts';
import { DECISIONS, EVENTS, MACHINES, NODES, PODS, SUMMARY, TIMESERIES, WORKLOADS } from '../report/columns.ts';
import { CONTROL_PLANE } from '../report/control-plane-columns.ts';
import { CsvWriter } from '../report/csv.ts';
import { RunObservations } from '../report/html/run-observations.ts';
import type { RunFacts } from '../report/html/run/facts.ts';
import { runPage } from '../report/html/run/run-page.ts';
import type { Summary } from '../report/summary.ts';
import { inAllForms, parquetName, type TableWriter } from '../report/table-writer.ts';
import type { DecisionRecord, RecordSink } from '../sim/recorder/records.ts';
import type { RunRecord } from '../sim/recorder/run-record.ts';
import type { OutputFile } from './output-file.ts';
import { readPageAssets } from './page-assets.ts';
import type { RunFolder } from './run-folder.ts';

/** Tables as Parquet: loaded only for who wants it. */
export async function parquetForms(): Promise<MakeWriter> {
  const { ParquetWriter } = await import('../report/parquet.ts');
  return (table, write) => new ParquetWriter(table, write);
}

/** Makes a writer of a table in another form than CSV. */
export type MakeWriter = <T>(table: Table<T>, write: (content: string | Uint8Array) => void) => TableWriter<T>;

interface RunReportsOptions {
  readonly html?: boolean;
  readonly decisions?: boolean;
}

/** The files of a run. Rows that are complete are written while it goes on. */
export class RunReports implements RecordSink {
  readonly #folder: RunFolder | undefined;
  readonly #parquet: MakeWriter | undefined;
  readonly #pods: TableWriter<Parameters<RecordSink['pod']>[0]> | undefined;
  readonly #events: TableWriter<Parameters<RecordSink['event']>[0]> | undefined;

  readonly #decisions: TableWriter<DecisionRecord> | undefined;
  readonly #seen: RunObservations | undefined;
  readonly #trace: ChromeTrace | undefined;

  constructor(
    folder: RunFolder | undefined,
    trace: OutputFile | undefined,
    { decisions, html }: RunReportsOptions,
    parquet?: MakeWriter,
  ) {
    this.#folder = folder;
    this.#parquet = parquet;
    this.#trace = trace && new ChromeTrace((text) => trace.write(text));
    this.#seen = folder === undefined || html === false ? undefined : new RunObservations();
    this.#pods = folder && this.#open(PODS, folder);
    this.#events = folder && this.#open(EVENTS, folder);
    this.#decisions = decisions === true && folder ? this.#open(DECISIONS, folder) : undefined;
  }

  pod(record: Parameters<RecordSink['pod']>[0]): void {
    this.#pods?.add(record);
    this.#seen?.pod(record);
    this.#trace?.pod(record);
  }

  event(record: Parameters<RecordSink['event']>[0]): void {
    this.#events?.add(record);
    this.#seen?.event(record);
    this.#trace?.event(record);
  }

  decision(record: DecisionRecord): void {
    this.#decisions?.add(record);
  }

  finish(run: RunRecord, summary: Summary, facts: RunFacts): void {
    this.#trace?.finish(run);
    const folder = this.#folder;
    if (folder === undefined) return;
    this.#pods?.finish();
    this.#events?.finish();
    this.#decisions?.finish();
    const write = <T>(table: Table<T>, records: readonly T[]): void => {
      const writer = this.#open(table, folder);
      for (const record of records) writer.add(record);
      writer.finish();
    };
    write(NODES, run.nodes);
    if (run.machines.length > 0) write(MACHINES, run.machines);
    write(TIMESERIES, run.samples);
    write(WORKLOADS, [...run.rollouts, ...run.jobs]);
    write(CONTROL_PLANE, run.controlPlane.records);
    write(SUMMARY, summary.figures);
    const seen = this.#seen;
    if (seen !== undefined) folder.open('report.html')(runPage({ run, summary, seen, facts }, readPageAssets()));
  }

  #open<T>(table: Table<T>, folder: RunFolder): TableWriter<T> {
    const csv = new CsvWriter(table, folder.open(table.file));
    if (this.#parquet === undefined) return csv;
    return inAllForms([csv, this.#parquet(table, folder.open(parquetName(table)))]);
  }
}
