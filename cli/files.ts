/** Reading and writing what the command line names, with a complaint instead of an errno. */
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Complaint, usage } from './complaint.ts';
import { exitCodes } from './exit-codes.ts';

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

export function writeTextFile(what: string, path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw fileComplaint(error, `cannot write ${what} ${path}`, 'choose another place');
  }
}

/** Before minutes of work: fails now if `path` cannot be written later. Leaves nothing behind. */
export function ensureWritable(what: string, path: string): void {
  const probe = join(dirname(resolve(path)), `.${basename(path)}.${process.pid}.probe`);
  try {
    writeFileSync(probe, '');
    rmSync(probe);
    if (existsSync(path)) writeFileSync(path, '', { flag: 'a' });
  } catch (error) {
    throw fileComplaint(error, `cannot write ${what} ${path}`, 'the directory must exist and be writable');
  }
}

export function ensureDirectory(what: string, path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    const probe = join(path, `.${process.pid}.probe`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw fileComplaint(error, `cannot use ${what} ${path}`, 'choose a directory that can be written');
  }
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

export function fileComplaint(error: unknown, what: string, advice: string): Error {
  if (!isErrno(error)) return error instanceof Error ? error : new Error(String(error));
  const code = error.code ?? '';
  const reason = code === 'ENOENT' && what.startsWith('cannot write') ? 'its directory does not exist' : (reasons[code] ?? error.message);
  return new Complaint(callersFault.includes(code) ? exitCodes.usage : exitCodes.world, `${what}: ${reason}; ${advice}`);
}
