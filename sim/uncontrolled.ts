/** Thrown, and reported as a finding, when code reaches for time, chance or I/O that the seed does not control. A bug, not a flake. */
export class UncontrolledError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UncontrolledError';
  }
}
