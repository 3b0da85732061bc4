/** How a command hands back its exit code. */
import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';

export type Finish = (code: ExitCode) => void;
export type AddCommand = (program: Command, finish: Finish) => void;
