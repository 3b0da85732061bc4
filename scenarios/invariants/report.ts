/**
 * Collects violations. A broken promise usually breaks for many records at once; people need the first, explained, and
 * the number of the others, so one violation is reported for each invariant, culprit and subject.
 */
import type { ExplanationStep, Violation } from '../../runtime/index.ts';
import type { InvariantName } from './catalogue.ts';

export class Report {
  private readonly groups = new Map<string, { first: Violation; more: number; evidence: number[] }>();

  /** `subject` is what the violation is about (a partition, a group): others of the same subject are counted, not repeated. */
  add(subject: string, found: Found): void {
    const { because = [], steps = chain(found.evidence, because), ...rest } = found;
    const violation: Violation = { ...rest, evidence: distinct(found.evidence), steps };
    const key = `${found.invariant} ${found.blame} ${subject}`;
    const group = this.groups.get(key);
    if (group === undefined) {
      this.groups.set(key, { first: violation, more: 0, evidence: [] });
      return;
    }
    group.more += 1;
    const later = violation.at < group.first.at ? group.first : violation;
    if (later !== violation) group.first = violation;
    if (group.evidence.length < MAX_EVIDENCE) group.evidence.push(...later.evidence);
  }

  /** In the order in which they became true. */
  violations(): Violation[] {
    return [...this.groups.values()]
      .map(({ first, more, evidence }) => ({
        ...first,
        summary: more === 0 ? first.summary : `${first.summary} (and ${more} more like it)`,
        evidence: distinct([...first.evidence, ...evidence]).slice(0, MAX_EVIDENCE),
      }))
      .sort((a, b) => a.at - b.at || (a.invariant < b.invariant ? -1 : a.invariant > b.invariant ? 1 : 0));
  }
}

export interface Found extends Omit<Violation, 'invariant' | 'steps'> {
  readonly invariant: InvariantName;
  /** Sentences between one piece of evidence and the next: one fewer than `evidence`. */
  readonly because?: readonly string[];
  readonly steps?: readonly ExplanationStep[];
}

const MAX_EVIDENCE = 24;

/** From each event to the next one. */
function chain(evidence: readonly number[], because: readonly string[]): ExplanationStep[] {
  return because.map((sentence, index) => {
    const from = evidence[index] ?? evidence[0] ?? 0;
    return { from, to: evidence[index + 1] ?? from, because: sentence };
  });
}

function distinct(seqs: readonly number[]): number[] {
  return [...new Set(seqs)];
}
