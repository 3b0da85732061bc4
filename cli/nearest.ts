/** "Did you mean ...?": the known name with the fewest typing errors, if there are few enough to guess at all. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name) })).sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  const inside = known.find((name) => typed.length >= 3 && name.includes(typed.toLowerCase()));
  return best && best.distance <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : inside;
}

/** Levenshtein, one row at a time. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
