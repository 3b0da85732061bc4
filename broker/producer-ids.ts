/** Producer ids, handed out from blocks that the metadata allocates: one append for many producers. */
import type { Command, CommandResult } from './metadata/commands.ts';

const BLOCK = 1000;

export class ProducerIds {
  private next = 0;
  private end = 0;
  private allocating: Promise<boolean> | undefined;

  constructor(
    private readonly brokerId: number,
    private readonly brokerEpoch: number,
    private readonly append: (commands: readonly Command[]) => Promise<readonly CommandResult[]>,
  ) {}

  /** An id nobody ever had; null when this process is fenced. */
  async take(): Promise<number | null> {
    while (this.next === this.end) {
      this.allocating ??= this.allocate().finally(() => (this.allocating = undefined));
      if (!(await this.allocating)) return null;
    }
    return this.next++;
  }

  private async allocate(): Promise<boolean> {
    const [result] = await this.append([{ type: 'allocate-producer-ids', brokerId: this.brokerId, brokerEpoch: this.brokerEpoch, count: BLOCK }]);
    if (!result!.ok) return false;
    this.next = result!.value;
    this.end = result!.value + BLOCK;
    return true;
  }
}
