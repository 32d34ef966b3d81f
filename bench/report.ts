import { cpus, loadavg, totalmem } from 'node:os';
import type { Summary } from './measurement';

export interface Section {
  readonly benchmark: string;
  readonly results: readonly Summary[];
}

/** What the numbers were measured on. */
export function machineFacts() {
  const processors = cpus();
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: processors.length,
    processor: processors[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    /** More than the cores: something else was running, and times are longer than they would be. */
    load: loadavg().map((load) => Number(load.toFixed(2))),
  };
}

/** A table for people: name, median (min-max), aim. */
export function table({ benchmark, results }: Section): string {
  const rows = results.map((result) => [
    result.name,
    `${format(result.median, result)}${range(result)}`,
    result.aim === undefined ? '' : `${result.met ? 'met' : 'MISSED'}: at most ${format(result.aim, result)}`,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${benchmark} (median, min-max)`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function range(result: Summary): string {
  return result.rounds === 1 ? '' : ` (${format(result.min, result, false)}-${format(result.max, result, false)})`;
}

function format(value: number, { unit }: Pick<Summary, 'unit'>, withUnit = true): string {
  const digits = ['bytes', 'cases', 'items', 'requests'].includes(unit) ? 0 : unit === 'calls' ? 3 : value < 10 ? 2 : 1;
  const number = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return withUnit ? `${number} ${unit}` : number;
}
