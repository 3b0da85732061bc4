/**
 * A disk that keeps only what was synced. After a power cut, unsynced writes may be gone,
 * whole or torn, and directory entries (create, rename, link, remove) that no `syncDirectory`
 * followed may be undone. Paths are relative, with `/`, and made of plain names.
 */
export interface Volume {
  /** Whole content, or undefined when there is no such file. `range` is [start, end). */
  read(path: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined>;
  /** Creates or replaces the file's content; durable only after `sync(path)` and `syncDirectory`. Makes missing parents. */
  write(path: string, bytes: Buffer): Promise<void>;
  /** fsync of the file's content. An error is final: what was unsynced may be lost for good (fsyncgate). */
  sync(path: string): Promise<void>;
  /** fsync of the directory that holds `path`'s entries. */
  syncDirectory(directory: string): Promise<void>;
  /** Second name for a file; false when `to` exists already. Atomic between processes. */
  link(from: string, to: string): Promise<boolean>;
  /** Atomic replace. */
  rename(from: string, to: string): Promise<void>;
  /** True when there was something to remove. */
  remove(path: string): Promise<boolean>;
  /** All file paths below `directory` (recursive), in ascending byte order, with sizes. Empty when it does not exist. */
  list(directory: string): Promise<readonly { readonly path: string; readonly sizeBytes: number }[]>;
}

export type VolumeErrorCode = 'NO_SPACE' | 'IO' | 'DENIED' | 'INVALID_PATH';

export class VolumeError extends Error {
  constructor(readonly code: VolumeErrorCode, message: string) {
    super(message);
    this.name = 'VolumeError';
  }
}
