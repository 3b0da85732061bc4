/** Source text of encoders and decoders: one function a struct, one line a field. */
import { assert } from '../../runtime/assert.ts';
import { inRange } from './schema.ts';
import type { Field, Fields, ScalarType } from './schema.ts';

export interface Emitted {
  /** Body of a function that takes `constants` and returns the codec's function. */
  readonly source: string;
  readonly constants: readonly unknown[];
}

/** `decode(reader)`: an object with every field of the table in its order, so that all versions share one shape. */
export function emitDecoder(fields: Fields, version: number, flexible: boolean): Emitted {
  const emit = new Emit(version, flexible);
  return emit.finish(emit.decodeStruct(fields));
}

/** `encode(writer, value)`: fields that this version lacks are not looked at. */
export function emitEncoder(fields: Fields, version: number, flexible: boolean): Emitted {
  const emit = new Emit(version, flexible);
  return emit.finish(emit.encodeStruct(fields));
}

class Emit {
  private readonly functions: string[] = [];
  private readonly constants: unknown[] = [missing];
  private readonly version: number;
  private readonly flexible: boolean;

  constructor(version: number, flexible: boolean) {
    this.version = version;
    this.flexible = flexible;
  }

  finish(main: string): Emitted {
    return { source: `'use strict';\n${this.functions.join('\n')}\nreturn ${main};`, constants: this.constants };
  }

  /** Returns the name of the function made. */
  decodeStruct(fields: Fields): string {
    const lines: string[] = [];
    const tagged: [string, Field][] = [];
    for (const [name, field] of Object.entries(fields)) {
      if (!this.has(field)) continue;
      if (field.tag === undefined) lines.push(...this.decodeField(`const $${name} = `, name, field));
      else {
        lines.push(`let $${name} = ${this.defaultOf(field)};`);
        tagged.push([name, field]);
      }
    }
    if (this.flexible) lines.push(...this.decodeTags(tagged));
    const values = Object.entries(fields).map(([name, field]) => `${name}: ${this.has(field) ? `$${name}` : this.defaultOf(field)}`);
    return this.define('r', [...lines, `return { ${values.join(', ')} };`]);
  }

  encodeStruct(fields: Fields): string {
    const lines: string[] = [];
    const tagged: [string, Field][] = [];
    for (const [name, field] of Object.entries(fields)) {
      if (!this.has(field)) continue;
      lines.push(`const $${name} = v.${name} === undefined ? ${this.writtenDefault(name, field)} : v.${name};`);
      if (field.tag === undefined) lines.push(...this.encodeValue('w', `$${name}`, field));
      else tagged.push([name, field]);
    }
    if (this.flexible) lines.push(...this.encodeTags(tagged));
    return this.define('w, v', lines);
  }

  private decodeField(assign: string, name: string, field: Field): string[] {
    if (field.type === 'struct') return [`${assign}${this.decodeStruct(field.element as Fields)}(r);`];
    if (field.type !== 'array') return [`${assign}r.${this.call(field.type, inRange(field.nullable, this.version))};`];
    const element = field.element!;
    const read = typeof element === 'string' ? `r.${this.call(element, false)}` : `${this.decodeStruct(element)}(r)`;
    const length = `r.${this.flexible ? 'compactArrayLength' : 'arrayLength'}(${inRange(field.nullable, this.version)}, ${this.minBytesOf(element)})`;
    return [
      `const n_${name} = ${length}, a_${name} = n_${name} < 0 ? null : [];`,
      `for (let i = 0; i < n_${name}; i++) a_${name}.push(${read});`,
      `${assign}a_${name};`,
    ];
  }

  private decodeTags(tagged: readonly [string, Field][]): string[] {
    if (tagged.length === 0) return ['r.skipTags();'];
    const cases = tagged.flatMap(([name, field]) => [`case ${field.tag}: {`, ...this.decodeField(`$${name} = `, name, field), 'break; }']);
    return [
      'for (let n = r.uvarint(), previous = -1; n > 0; n--) {',
      'const tag = r.uvarint(), end = r.tagEnd(tag, previous);',
      'previous = tag;',
      'switch (tag) {', ...cases, 'default: r.at = end; }',
      'r.tagDone(end); }',
    ];
  }

  private encodeValue(writer: string, value: string, field: Field): string[] {
    if (field.type === 'struct') return [`${this.encodeStruct(field.element as Fields)}(${writer}, ${value});`];
    const nullable = inRange(field.nullable, this.version);
    if (field.type !== 'array') return [this.write(writer, field.type, value, nullable)];
    const element = field.element!;
    const one = typeof element === 'string'
      ? this.write(writer, element, `${value}[i]`, false)
      : `${this.encodeStruct(element)}(${writer}, ${value}[i]);`;
    return [
      `${writer}.${this.flexible ? 'compactArrayLength' : 'arrayLength'}(${value}, ${nullable});`,
      `if (${value} !== null) for (let i = 0; i < ${value}.length; i++) ${one}`,
    ];
  }

  private encodeTags(tagged: readonly [string, Field][]): string[] {
    if (tagged.length === 0) return ['w.uvarint(0);'];
    const ordered = [...tagged].sort(([, a], [, b]) => a.tag! - b.tag!);
    return [
      ...ordered.map(([name, field]) => `const has_${name} = ${this.differs(`$${name}`, field)};`),
      `w.uvarint(${ordered.map(([name]) => `(has_${name} ? 1 : 0)`).join(' + ')});`,
      ...ordered.flatMap(([name, field]) => [
        `if (has_${name}) w.tagged(${field.tag}, (t) => {`, ...this.encodeValue('t', `$${name}`, field), '});',
      ]),
    ];
  }

  /** Expression: `value` is not the default, so a tagged field has to be written. */
  private differs(value: string, field: Field): string {
    if (field.type === 'array') return `(${value} === null || ${value}.length !== 0)`;
    if (field.type !== 'struct') return `${value} !== ${this.defaultOf(field)}`;
    return Object.entries(field.element as Fields)
      .map(([name, inner]) => `(${value}.${name} !== undefined && ${value}.${name} !== ${this.defaultOf(inner)})`).join(' || ');
  }

  private write(writer: string, type: ScalarType, value: string, nullable: boolean): string {
    switch (type) {
      case 'string': case 'bytes': case 'records': return `${writer}.${this.method(type)}(${value}, ${nullable});`;
      default: return `${writer}.${type}(${value});`;
    }
  }

  private call(type: ScalarType, nullable: boolean): string {
    switch (type) {
      case 'records': return `${this.method('bytes')}(${nullable})`;
      case 'string': case 'bytes': return `${this.method(type)}(${nullable})`;
      default: return `${type}()`;
    }
  }

  private method(type: 'string' | 'bytes' | 'records'): string {
    return this.flexible ? `compact${type[0]!.toUpperCase()}${type.slice(1)}` : type;
  }

  /** Only what may be left out has a default on the way out; a required field that is missing must not become zero. */
  private writtenDefault(name: string, field: Field): string {
    return field.required ? `constants[0](${JSON.stringify(name)})` : this.defaultOf(field);
  }

  private defaultOf(field: Field): string {
    if (field.type === 'struct') {
      return `{ ${Object.entries(field.element as Fields).map(([name, inner]) => `${name}: ${this.defaultOf(inner)}`).join(', ')} }`;
    }
    if (Buffer.isBuffer(field.default)) return `constants[${this.constants.push(field.default) - 1}]`;
    return JSON.stringify(field.default);
  }

  /** Least number of bytes of one array element: what makes a claimed array length credible. */
  private minBytesOf(element: ScalarType | Fields): number {
    if (typeof element === 'string') return this.minBytesOfType(element);
    let total = this.flexible ? 1 : 0;
    for (const field of Object.values(element)) {
      if (!this.has(field) || field.tag !== undefined) continue;
      total += field.type === 'struct' ? this.minBytesOf(field.element as Fields) : this.minBytesOfType(field.type);
    }
    return Math.max(total, 1);
  }

  private minBytesOfType(type: ScalarType | 'array'): number {
    switch (type) {
      case 'bool': case 'int8': return 1;
      case 'int16': return 2;
      case 'int32': return 4;
      case 'int64': return 8;
      case 'uuid': return 16;
      case 'string': return this.flexible ? 1 : 2;
      case 'bytes': case 'records': case 'array': return this.flexible ? 1 : 4;
    }
  }

  private has(field: Field): boolean {
    return inRange(field.versions, this.version);
  }

  private define(parameters: string, lines: readonly string[]): string {
    const name = `f${this.functions.length}`;
    this.functions.push(`function ${name}(${parameters}) {\n${lines.join('\n')}\n}`);
    return name;
  }
}

function missing(name: string): never {
  assert(false, `field ${name} must be given`);
}
