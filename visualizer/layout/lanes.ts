/** Rows for nodes, and on each row the lives of the node: a restart begins a new segment. */
import { argsOf, kindOf, type Trace } from '../trace.ts';
import type { LaneRow, Segment } from './display-list.ts';
import { extentOf, positionOf, xOf, type View } from './view.ts';

export const minLaneHeight = 20;
export const maxLaneHeight = 76;

export function layoutLanes(trace: Trace, lives: readonly Life[][], view: View, top: number): LaneRow[] {
  const shown = trace.lanes.map((_, lane) => lane).filter((lane) => !view.hidden.has(lane) && isInhabited(trace, lane));
  const height = Math.floor(Math.max(minLaneHeight, Math.min(maxLaneHeight, (view.height - top) / Math.max(1, shown.length))));
  return shown.map((lane, row) => ({
    lane, height,
    node: trace.lanes[lane]!.node,
    role: trace.lanes[lane]!.role,
    y: top + row * height,
    segments: segmentsOf(trace, lives[lane]!, view),
  }));
}

/** A lane named in the header stays even if silent; control only speaks in events, so without any it has nothing to show. */
const isInhabited = (trace: Trace, lane: number): boolean => trace.lanes[lane]!.role !== 'control' || trace.byLane[lane]!.length > 0;

function segmentsOf(trace: Trace, lives: readonly Life[], view: View): Segment[] {
  return lives.flatMap((life) => {
    const x0 = xOf(view, life.from < 0 ? 0 : positionOf(trace, view.axis, life.from));
    const x1 = xOf(view, life.to < 0 ? extentOf(trace, view.axis) : positionOf(trace, view.axis, life.to));
    return x1 < 0 || x0 > view.width ? [] : [{ x0, x1, incarnation: life.incarnation, state: life.state, end: life.end }];
  });
}

/** Indices of the first and last event of a life; -1 for the edge of the trace. */
export interface Life {
  readonly from: number;
  readonly to: number;
  readonly incarnation: number;
  readonly state: 'up' | 'paused';
  readonly end: Segment['end'];
}

/** Found once: does not depend on the view. */
export function livesOf(trace: Trace): Life[][] {
  const interesting = new Set(trace.kinds.flatMap((kind, number) => (lifecycle.has(kind) ? [number] : [])));
  return trace.byLane.map((events) => {
    const lives: Life[] = [];
    let open: { from: number; incarnation: number; state: 'up' | 'paused' } | null = { from: -1, incarnation: 1, state: 'up' };
    let born = 0;
    const close = (to: number, end: Segment['end']): void => {
      if (open) lives.push({ ...open, to, end });
      open = null;
    };
    for (const event of events) {
      if (!interesting.has(trace.kind[event]!)) continue;
      const kind = kindOf(trace, event);
      if (kind === 'node.start') {
        if (born > 0) close(event, 'open'); // the file began before its first start was recorded
        born++;
        open = { from: event, incarnation: born, state: 'up' };
      } else if (kind === 'node.pause') {
        close(event, 'open');
        open = { from: event, incarnation: Math.max(1, born), state: 'paused' };
      } else if (kind === 'node.resume') {
        close(event, 'resumed');
        open = { from: event, incarnation: Math.max(1, born), state: 'up' };
      } else close(event, kind === 'node.exit' || isOrderly(trace, event) ? 'exited' : 'killed');
    }
    close(-1, 'open');
    return lives;
  });
}

/** A client that has done its work is taken down too; that is no fault. */
export const isOrderly = (trace: Trace, kill: number): boolean => argsOf(trace, kill)['reason'] === 'finished';

const lifecycle = new Set(['node.start', 'node.kill', 'node.exit', 'node.crash', 'node.pause', 'node.resume']);
