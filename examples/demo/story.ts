import { stripVTControlCharacters, styleText } from 'node:util';

/** What the demo tells, with the seconds since it began. */
export class Story {
  private readonly startedAt = Date.now();
  private readonly colours = process.stdout.isTTY === true && !process.env['NO_COLOR'];

  get seconds(): number {
    return (Date.now() - this.startedAt) / 1000;
  }

  chapter(title: string): void {
    this.write(`\n${this.paint('bold', title)}\n`);
  }

  tell(text: string): void {
    this.write(`${this.paint('gray', this.seconds.toFixed(1).padStart(6))}  ${text}`);
  }

  command(args: readonly string[]): void {
    this.tell(this.paint('cyan', `$ migrations ${args.map(quoted).join(' ')}`));
  }

  good(text: string): void {
    this.tell(this.paint('green', `ok    ${text}`));
  }

  bad(text: string): void {
    this.tell(this.paint('red', `WRONG ${text}`));
  }

  paint(colour: 'bold' | 'gray' | 'cyan' | 'green' | 'red' | 'yellow', text: string): string {
    return this.colours ? styleText(colour, text) : text;
  }

  /** Rows below their headings, indented to the text. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
    const length = (text: string | undefined) => stripVTControlCharacters(text ?? '').length;
    const widths = headings.map((heading, i) => Math.max(length(heading), ...rows.map((row) => length(row[i]))));
    const line = (cells: readonly string[]) =>
      cells.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - length(cell))).join('  ');
    this.write(`\n        ${this.paint('bold', line(headings))}`);
    for (const row of rows) this.write(`        ${line(row)}`);
    this.write('');
  }

  private write(text: string): void {
    console.log(text.trimEnd());
  }
}

function quoted(argument: string): string {
  return /[^\w./:=@-]/.test(argument) ? JSON.stringify(argument) : argument;
}
