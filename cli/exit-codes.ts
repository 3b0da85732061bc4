/** What the command's exit code says, so that a pipeline can tell a finding from a typing error. */
export const exitCodes = {
  /** Every promise held. */
  held: 0,
  /** An invariant was violated. */
  violated: 1,
  /** The command line or a file given on it is wrong. */
  usage: 2,
  /** Two runs of one seed differed: nothing else can be trusted until that is found. */
  nondeterminism: 3,
  /** The world around it failed: no server, no disk, a process that died. */
  world: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Of several outcomes the one to report: doubt about the simulator first, then findings, then the world. */
export function worst(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes);
  const order: readonly ExitCode[] = [exitCodes.nondeterminism, exitCodes.violated, exitCodes.usage, exitCodes.world];
  return order.find((code) => seen.has(code)) ?? exitCodes.held;
}
