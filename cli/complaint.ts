/** Something the person at the keyboard can put right. Printed as one line: what, where, what to do; never with a stack. */
import { exitCodes, type ExitCode } from './exit-codes.ts';

export class Complaint extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
    this.name = 'Complaint';
  }
}

export function usage(message: string): Complaint {
  return new Complaint(exitCodes.usage, message);
}

export function worldFailed(message: string): Complaint {
  return new Complaint(exitCodes.world, message);
}

/** The line for anything thrown, and its exit code. What is not a complaint is a bug of ours: the stack is one variable away. */
export function complaintLine(error: unknown, debug: boolean): { line: string; exitCode: ExitCode } {
  if (error instanceof Complaint) return { line: oneLine(error.message), exitCode: error.exitCode };
  // By its name: the broker, which has the class, is loaded only by the command that runs one.
  if (error instanceof Error && error.name === 'MetadataCorruptError') return { line: `the stored data is damaged: ${oneLine(error.message)}; nothing was changed: give the broker an undamaged copy of it, or another --objects`, exitCode: exitCodes.world };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (debug) return { line: stack, exitCode: exitCodes.world };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { line: `unexpected error, a bug in wavetank: ${oneLine(message)}; run again with WAVETANK_DEBUG=1 for the stack`, exitCode: exitCodes.world };
}

/** Also harmless on a terminal: what was read from records or files may hold control characters. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '\ufffd').trim();
}
