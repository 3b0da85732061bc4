/**
 * Which life is executing right now. A plain variable, because every microtask an event causes drains before the next
 * event begins: nothing can run in between on somebody else's account. `life` is undefined between events (the host's
 * own callbacks run there); `refusing` is set while the world asks its driver a question that must not touch chance or time.
 */
import type { Life } from './life.ts';

export const current: { life: Life | undefined; refusing: boolean } = { life: undefined, refusing: false };
