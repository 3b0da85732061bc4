#!/usr/bin/env node
/**
 * The `wavetank` command. Start here: each command is a file in commands/; `run` goes on in sweep.ts, then to the worker
 * processes, then to scenarios/. Whatever goes wrong leaves as one line on stderr and an exit code (exit-codes.ts).
 */
import { Command, CommanderError } from 'commander';
import { addBroker } from './commands/broker.ts';
import { addDemo } from './commands/demo.ts';
import { addList } from './commands/list.ts';
import { addMeta } from './commands/meta.ts';
import { addRepro } from './commands/repro.ts';
import { addRun } from './commands/run.ts';
import { addShrink } from './commands/shrink.ts';
import { addView } from './commands/view.ts';
import { complaintLine, oneLine } from './complaint.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { fileComplaint } from './files.ts';
import type { Finish } from './finish.ts';
import { readVersion, showVersion } from './version.ts';

async function main(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.held;
  const program = new Command('wavetank')
    .description('Proves, from a seed and before your cutover, that Kafka on shared storage keeps its promises.')
    .version(showVersion(readVersion()), '-V, --version', 'version, commit and Node')
    .addHelpText('after', '\nExit codes: 0 all held; 1 an invariant was violated; 2 usage or configuration; 3 nondeterminism; 4 the world around it failed.\nNew here? Run: wavetank demo')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  const finish: Finish = (code) => {
    exitCode = code;
  };
  for (const add of [addRun, addRepro, addShrink, addMeta, addList, addView, addDemo, addBroker]) add(program, finish);
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return exitCodes.held;
    }
    const known = argv[1] === undefined || program.commands.some((command) => command.name() === argv[1]);
    await program.parseAsync(argv[0] !== 'help' ? argv : known ? [...argv.slice(1), '--help'] : argv.slice(1), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageError(error, argv[0] ?? '');
    const { line, exitCode: code } = complaintLine(error, process.env['WAVETANK_DEBUG'] === '1');
    process.stderr.write(`wavetank: ${line}\n`);
    return code;
  }
}

function usageError(error: CommanderError, command: string): ExitCode {
  if (error.exitCode === 0) return exitCodes.held; // --help and --version
  const message = oneLine(error.message.replace(/^error: /, '').replace(/\.$/, '').replace('. Expected', ': expected')).replace(/ \(Did you mean/, ' (did you mean');
  const help = error.code === 'commander.unknownCommand' || command.startsWith('-') ? 'wavetank --help' : `wavetank ${command} --help`;
  process.stderr.write(`wavetank: ${message}; see ${help}\n`);
  return exitCodes.usage;
}

// `wavetank run | head` wants no more to read; what was asked for is done all the same, and the verdict stands.
let lost: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') lost ??= error;
});
process.stderr.on('error', () => {}); // nobody is left to be told

const code = await main(process.argv.slice(2));
// Both streams first: a pipe may still hold the report, and an error of theirs is told a moment later.
process.stdout.write('', () => process.stderr.write('', () => setImmediate(() => {
  if (lost === undefined) process.exit(code);
  const { line } = complaintLine(fileComplaint(lost, 'cannot write the output', 'make room, or send it elsewhere'), false);
  process.stderr.write(`wavetank: ${line}\n`, () => process.exit(code === exitCodes.held ? exitCodes.world : code));
})));
