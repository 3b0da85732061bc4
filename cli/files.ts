/** Reading and writing what the command line names, with a complaint instead of an errno. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Complaint, usage } from './complaint.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';

/** Node refuses longer strings; a trace this large is of no use to a viewer either. */
const readMaxBytes = 512 * 1024 * 1024;

export function readTextFile(what: string, path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > readMaxBytes) throw usage(`${what} ${path} is larger than ${readMaxBytes >> 20} MB, too large to read`);
    return bytes.toString('utf8');
  } catch (error) {
    throw fileComplaint(error, `cannot read ${what} ${path}`, 'check the path');
  }
}

/** All of it or nothing: an interrupted command leaves no half file under this name. */
export function writeTextFile(what: string, path: string, text: string): void {
  try {
    writeWhole(path, text);
  } catch (error) {
    throw fileComplaint(error, `cannot write ${what} ${path}`, 'choose another place');
  }
}

export function writeWhole(path: string, text: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  // A pipe or device takes what it is given; a directory refuses, as it should.
  if (there !== undefined && !there.isFile()) return writeFileSync(path, text);
  const target = there === undefined ? path : realpathSync(path);
  const partial = besides(target, 'partial');
  try {
    writeFileSync(partial, text);
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function besides(path: string, what: string): string {
  return join(dirname(resolve(path)), `.${basename(path)}.${process.pid}.${what}`);
}

/** Before minutes of work: fails now if `path` cannot be written later. Leaves nothing behind. */
export function ensureWritable(what: string, path: string): void {
  const probe = besides(path, 'probe');
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile() && !there.isDirectory()) return;
    writeFileSync(probe, '');
    rmSync(probe);
    if (existsSync(path)) writeFileSync(path, '', { flag: 'a' });
  } catch (error) {
    throw fileComplaint(error, `cannot write ${what} ${path}`, 'choose a place in a directory that exists and can be written');
  }
}

export function ensureDirectory(what: string, path: string): void {
  try {
    makeDirectories(resolve(path));
    const probe = join(path, `.${process.pid}.probe`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw fileComplaint(error, `cannot use ${what} ${path}`, 'choose a directory that can be written');
  }
}

/** Not mkdir's own `recursive`: where a directory cannot be made although its parent is there, as in /proc, Node 20 tries for ever. */
function makeDirectories(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectories(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else was quicker.
    if (!(isErrno(error) && error.code === 'EEXIST' && statSync(path).isDirectory())) throw error;
  }
}

/** A directory that is gone when the command ends, also when it is interrupted. */
export function scratchDirectory(prefix: string): { readonly path: string; remove(): void } {
  let path: string;
  try {
    path = mkdtempSync(join(tmpdir(), prefix));
  } catch (error) {
    throw fileComplaint(error, `cannot use ${tmpdir()} for temporary files`, 'make room there, or set TMPDIR to a directory that can be written', exitCodes.world);
  }
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(path, { recursive: true, force: true });
  };
  process.on('exit', remove);
  return { path, remove };
}

/** Both exist and are one file, whatever they are called. */
export function sameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch (error) {
    if (isErrno(error)) return false; // one of them does not exist
    throw error;
  }
}

export function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory',
  EEXIST: 'a file of that name is in the way',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'the name is too long',
};
/** A wrong path is the caller's; the rest is the machine's. */
const callersFault: readonly string[] = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENAMETOOLONG'];

/** `exitCode` for what is not a path that the caller named. */
export function fileComplaint(error: unknown, what: string, advice: string, exitCode?: ExitCode): Error {
  if (!isErrno(error)) return error instanceof Error ? error : new Error(String(error));
  const code = error.code ?? '';
  const reason = code === 'ENOENT' && what.startsWith('cannot write') ? 'its directory does not exist' : (reasons[code] ?? error.message);
  return new Complaint(exitCode ?? (callersFault.includes(code) ? exitCodes.usage : exitCodes.world), `${what}: ${reason}; ${advice}`);
}
