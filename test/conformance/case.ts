/** One promise of an interface, written once and kept by every implementation: real, or inside a simulated node. */
export interface Case<Subject> {
  readonly name: string;
  /** Gets a subject of its own, empty. Rejects when the promise is broken. */
  run(subject: Subject): Promise<void>;
}
