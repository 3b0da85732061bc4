/** `wavetank view`: a trace file becomes one web page that needs nothing else. */
import { exitCodes } from '../exit-codes.ts';
import { usage } from '../complaint.ts';
import { ensureWritable, readTextFile, sameFile, writeTextFile } from '../files.ts';
import type { TraceError as TraceErrorClass } from '../../visualizer/index.ts';
import type { AddCommand } from '../finish.ts';

export const addView: AddCommand = (program, finish) => {
  program
    .command('view')
    .description('turn a trace into a web page')
    .argument('<trace>', 'a file written by repro --trace or run --out')
    .option('-o, --out <file>', 'the page (default: the name of the trace with .html)')
    .action(async (trace: string, options: { readonly out?: string }) => {
      const page = options.out ?? pageName(trace);
      const text = readTextFile('the trace', trace);
      if (sameFile(trace, page)) throw usage(`the page would replace the trace ${trace}; choose another name with -o`);
      ensureWritable('the page', page);
      const { renderTrace, TraceError } = await import('../../visualizer/index.ts');
      writeTextFile('the page', page, rendered(() => renderTrace(text), TraceError, trace));
      if (!hasFooter(text)) process.stderr.write(`wavetank: ${trace} ends early and holds no verdict; the page shows what there is\n`);
      process.stdout.write(`${page}\n`);
      finish(exitCodes.held);
    });
};

export function pageName(trace: string): string {
  return `${trace.replace(/(\.trace)?\.(jsonl|ndjson|json)$/, '')}.html`;
}

function hasFooter(text: string): boolean {
  const end = text.trimEnd();
  return end.startsWith('{"type":"footer"', end.lastIndexOf('\n') + 1);
}

function rendered(render: () => string, TraceError: typeof TraceErrorClass, path: string): string {
  try {
    return render();
  } catch (error) {
    if (error instanceof TraceError) throw usage(`${path}: ${error.message}`);
    throw error;
  }
}
