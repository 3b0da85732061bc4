/** `--objects`: which store holds the cluster's data. */
import { resolve } from 'node:path';
import { usage } from './complaint.ts';
import { quoted } from './options.ts';

export type ObjectsOption =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly endpoint: string | null; readonly region: string | null };

export function parseObjects(text: string): ObjectsOption {
  if (text.startsWith('file:') && text.length > 'file:'.length) return { kind: 'directory', path: resolve(text.slice('file:'.length).replace(/^\/\/(?=\/)/, '')) };
  const s3 = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?(?:\?(.*))?$/.exec(text);
  if (!s3) throw usage(`--objects ${quoted(text)} is not a store; write file:DIR or s3://BUCKET?endpoint=URL${text.startsWith('s3://') ? ' (the name of a bucket is 3 to 63 lower-case letters, digits, dots and dashes)' : ''}`);
  const query = new URLSearchParams(s3[2] ?? '');
  const unknown = [...query.keys()].find((key) => key !== 'endpoint' && key !== 'region');
  if (unknown !== undefined) throw usage(`--objects has no setting ${quoted(unknown)}; known are endpoint and region (credentials come from the environment, as for every AWS tool)`);
  const endpoint = query.get('endpoint');
  if (endpoint !== null && !/^https?:\/\/[^/\s]+\/?$/.test(endpoint)) throw usage(`--objects endpoint ${quoted(endpoint)} is not a URL; write it as http://HOST:PORT`);
  return { kind: 's3', bucket: s3[1] as string, endpoint, region: query.get('region') };
}

export function showObjects(objects: ObjectsOption): string {
  return objects.kind === 'directory' ? objects.path : `bucket ${objects.bucket}${objects.endpoint === null ? '' : ` at ${objects.endpoint}`}`;
}
