/**
 * Keys as paths and back. `meta/log/42` is `objects/meta/log/42.obj`: only files have a dot, so the key `a` and the key
 * `a/b` can live side by side. What is not a plain lower-case character is percent-encoded, capitals too: some
 * file systems cannot tell them apart.
 */

/** Undefined for a key that no file system could name. */
export function pathOfKey(key: string): string | undefined {
  const names = key.split('/').map(encodeName);
  const path = [OBJECTS, ...names].join('/') + SUFFIX;
  if (key === '' || path.length > PATH_BYTES_MAX || names.some((name) => name.length + SUFFIX.length > NAME_BYTES_MAX)) return undefined;
  return path;
}

/** Undefined for a file that is no object of ours. */
export function keyOfPath(path: string): string | undefined {
  if (!path.startsWith(`${OBJECTS}/`) || !path.endsWith(SUFFIX)) return undefined;
  const key = path.slice(OBJECTS.length + 1, -SUFFIX.length).split('/').map(decodeName).join('/');
  return pathOfKey(key) === path ? key : undefined;
}

/** The lowest directory that holds every key with this prefix. */
export function directoryOfPrefix(prefix: string): string {
  return [OBJECTS, ...prefix.split('/').slice(0, -1).map(encodeName)].join('/');
}

export function directoryOfPath(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** Order of S3: by the bytes of UTF-8. JavaScript's own differs only beyond the basic plane. */
export function byKey(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

const OBJECTS = 'objects';
const SUFFIX = '.obj';
const NAME_BYTES_MAX = 255;
const PATH_BYTES_MAX = 3500;
const SURROGATE = /[\ud800-\udfff]/;
const SPECIAL = /[^a-z0-9_=@,+-]/u;
const SPECIALS = new RegExp(SPECIAL, 'gu');
/** An empty name, as in `a//b`. No encoded character is a lone percent sign. */
const EMPTY = '%';

function encodeName(name: string): string {
  if (name === '') return EMPTY;
  if (!SPECIAL.test(name)) return name;
  return name.replace(SPECIALS, (character) => Buffer.from(character).toString('hex').replace(/../g, '%$&'));
}

function decodeName(name: string): string {
  if (name === EMPTY) return '';
  if (!name.includes('%')) return name;
  return name.replace(/(?:%[0-9a-f]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}
