/// <reference lib="dom" />
/** Puts a display list on a canvas. Knows pixels and colours, not traces. */
import type { Arrow, DisplayList, Span } from '../layout/display-list.ts';
import { faultRowHeight } from '../layout/bands.ts';
import type { Palette } from './palette.ts';
import { isStroked, shapePath } from './shapes.ts';
import type { Shape } from '../kinds.ts';

const paths = Object.fromEntries(Object.entries(shapePath).map(([shape, path]) => [shape, new Path2D(path)])) as Record<Shape, Path2D>;
const fade = 0.13;

export function paint(context: CanvasRenderingContext2D, list: DisplayList, palette: Palette, pixelRatio: number): void {
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.clearRect(0, 0, list.width, Math.max(list.height, context.canvas.height / pixelRatio));
  paintLanes(context, list, palette);
  paintBands(context, list, palette);
  paintDensity(context, list, palette);
  // Hundreds of messages are a texture, a few are a story.
  const strength = list.arrows.length > 150 ? 0.3 : list.arrows.length > 50 ? 0.55 : 0.9;
  for (const emphasis of ['faded', 'normal'] as const) {
    for (const span of list.spans) if (span.emphasis === emphasis) paintSpan(context, span, palette);
    for (const arrow of list.arrows) if (arrow.emphasis === emphasis) paintArrow(context, arrow, palette, strength);
  }
  paintMarks(context, list, palette);
  paintLabels(context, list, palette);
  context.globalAlpha = 1;
}

function paintLanes(context: CanvasRenderingContext2D, list: DisplayList, palette: Palette): void {
  for (const row of list.lanes) {
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    line(context, 0, row.y + row.height - 0.5, list.width, row.y + row.height - 0.5);
    const middle = row.y + row.height / 2;
    context.setLineDash([2, 4]);
    line(context, 0, middle, list.width, middle);
    context.setLineDash([]);
    for (const segment of row.segments) {
      const x0 = Math.max(-10, segment.x0);
      const x1 = Math.min(list.width + 10, segment.x1);
      context.fillStyle = palette.lane;
      context.globalAlpha = segment.state === 'paused' ? 0.35 : 1;
      context.beginPath();
      context.roundRect(x0, row.y + 6, Math.max(1, x1 - x0), row.height - 12, 4);
      context.fill();
      context.globalAlpha = 1;
      if (segment.end === 'killed' && segment.x1 > -5 && segment.x1 < list.width) {
        context.strokeStyle = palette.tones.fault;
        context.lineWidth = 2;
        line(context, segment.x1, row.y + 6, segment.x1, row.y + row.height - 6);
      }
    }
  }
}

function paintBands(context: CanvasRenderingContext2D, list: DisplayList, palette: Palette): void {
  const hatch = hatching(context, palette.hatch);
  for (const band of list.bands) {
    const x0 = Math.max(-2, band.x0);
    const x1 = Math.min(list.width + 2, Math.max(band.x1, band.x0 + 2));
    for (const area of band.areas) {
      context.fillStyle = hatch;
      context.fillRect(x0, area.y0 + 1, x1 - x0, area.y1 - area.y0 - 2);
    }
    if (band.bracket) {
      context.strokeStyle = palette.tones.fault;
      context.lineWidth = 1.5;
      for (const [x, inward] of [[band.x0, 6], [band.x1, -6]] as const) {
        context.beginPath();
        context.moveTo(x + inward, band.bracket.y0);
        context.lineTo(x, band.bracket.y0);
        context.lineTo(x, band.bracket.y1);
        context.lineTo(x + inward, band.bracket.y1);
        context.stroke();
      }
    }
    const y = list.faultStrip.y + 3 + band.row * faultRowHeight;
    context.fillStyle = palette.panel;
    context.fillRect(x0, y, x1 - x0, faultRowHeight - 4);
    context.fillStyle = hatch;
    context.fillRect(x0, y, x1 - x0, faultRowHeight - 4);
    context.strokeStyle = palette.tones.fault;
    context.lineWidth = 1;
    context.strokeRect(x0 + 0.5, y + 0.5, x1 - x0 - 1, faultRowHeight - 5);
    faultLabel(context, band.label, Math.max(0, x0) + 6, y + faultRowHeight / 2 - 2, x1 - Math.max(0, x0), list.width, palette);
  }
}

/** Inside its bar if it fits, else after it; on a ground of its own so that hatching does not eat it. */
function faultLabel(context: CanvasRenderingContext2D, label: string, x: number, y: number, room: number, width: number, palette: Palette): void {
  const font = `500 11px ${palette.font}`;
  context.font = font;
  const size = context.measureText(label).width;
  const at = size + 12 <= room ? x : x + room + size + 8 < width ? x + room : Math.max(2, x - size - 12);
  context.fillStyle = palette.panel;
  context.globalAlpha = 0.85;
  context.fillRect(at - 3, y - 6.5, size + 6, 13);
  context.globalAlpha = 1;
  text(context, label, at, y, palette.ink, font);
}

function paintDensity(context: CanvasRenderingContext2D, list: DisplayList, palette: Palette): void {
  for (const strip of list.density) {
    context.fillStyle = palette.tones.network;
    context.globalAlpha = strip.emphasis === 'faded' ? 0.28 : 0.75;
    const most = Math.max(10, strip.height - 14);
    strip.columns.forEach((share, column) => {
      if (share === 0) return;
      const height = Math.max(2, share * most);
      context.fillRect(column * strip.step, strip.y + strip.height / 2 - height / 2, strip.step - 0.5, height);
    });
    context.globalAlpha = 1;
  }
}

function paintSpan(context: CanvasRenderingContext2D, span: Span, palette: Palette): void {
  context.globalAlpha = span.emphasis === 'faded' ? fade : 1;
  context.strokeStyle = context.fillStyle = span.outcome === 'failed' || span.outcome === 'unknown' ? palette.tones.fault : palette.tones.storage;
  context.lineWidth = 1;
  context.setLineDash([1, 2]);
  line(context, span.x0, span.nodeY, span.x0, span.storeY);
  if (span.outcome !== 'pending') line(context, span.x1, span.storeY, span.x1, span.nodeY);
  context.setLineDash([]);
  const width = Math.max(2, span.x1 - span.x0);
  if (span.outcome === 'ok') {
    context.globalAlpha *= 0.55;
    context.fillRect(span.x0, span.storeY - 3, width, 6);
  } else {
    if (span.outcome !== 'failed') context.setLineDash([4, 3]);
    context.strokeRect(span.x0, span.storeY - 3, width, 6);
    context.setLineDash([]);
    if (span.outcome !== 'pending') cross(context, span.x1, span.storeY);
  }
}

function paintArrow(context: CanvasRenderingContext2D, arrow: Arrow, palette: Palette, strength: number): void {
  context.globalAlpha = arrow.emphasis === 'faded' ? fade : arrow.fate === 'delivered' ? strength : 0.9;
  context.strokeStyle = arrow.fate === 'dropped' ? palette.tones.fault : palette.soft;
  context.lineWidth = 1;
  const { x0, y0, x1, y1 } = arrow;
  if (arrow.fate === 'dropped') context.setLineDash([5, 4]);
  if (arrow.fate === 'in-flight') context.setLineDash([2, 3]);
  line(context, x0, y0, x1, y1);
  if (arrow.fate === 'duplicate') line(context, x0 + 3, y0, x1 + 3, y1);
  context.setLineDash([]);
  if (arrow.fate === 'dropped') cross(context, x1, y1);
  else if (arrow.fate !== 'in-flight') arrowHead(context, x0, y0, x1, y1);
}

function arrowHead(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  context.beginPath();
  for (const turn of [-0.45, 0.45]) {
    context.moveTo(x1, y1);
    context.lineTo(x1 - 6 * Math.cos(angle + turn), y1 - 6 * Math.sin(angle + turn));
  }
  context.stroke();
}

function paintMarks(context: CanvasRenderingContext2D, list: DisplayList, palette: Palette): void {
  for (const mark of list.marks) {
    context.globalAlpha = mark.emphasis === 'faded' ? 0.18 : 1;
    context.translate(mark.x, mark.y);
    const path = paths[mark.shape];
    context.fillStyle = context.strokeStyle = palette.tones[mark.tone];
    if (isStroked(mark.shape)) {
      context.lineWidth = 2;
      context.stroke(path);
    } else context.fill(path);
    context.translate(-mark.x, -mark.y);
  }
  context.globalAlpha = 1;
}

function paintLabels(context: CanvasRenderingContext2D, list: DisplayList, palette: Palette): void {
  context.lineJoin = 'round';
  for (const phase of list.phases) haloed(context, phase.text, phase.x, phase.y, palette.soft, palette, `10px ${palette.font}`);
  for (const row of list.lanes) {
    for (const segment of row.segments) {
      const x0 = Math.max(0, segment.x0) + 9;
      const room = Math.min(list.width, segment.x1) - x0;
      const said = segment.state === 'paused' ? 'paused' : segment.incarnation > 1 ? `life ${segment.incarnation}` : '';
      if (said !== '' && room > 40) haloed(context, said, x0, row.y + 9, palette.soft, palette, `10px ${palette.font}`);
    }
  }
  for (const label of list.labels) {
    haloed(context, label.text, label.x, label.y, palette.ink, palette, `11px ${palette.font}`);
  }
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function cross(context: CanvasRenderingContext2D, x: number, y: number): void {
  line(context, x - 4, y - 4, x + 4, y + 4);
  line(context, x - 4, y + 4, x + 4, y - 4);
}

function text(context: CanvasRenderingContext2D, value: string, x: number, y: number, colour: string, font: string): void {
  context.font = font;
  context.textBaseline = 'middle';
  context.fillStyle = colour;
  context.fillText(value, x, y);
}

/** Legible over whatever is below. */
function haloed(context: CanvasRenderingContext2D, value: string, x: number, y: number, colour: string, palette: Palette, font: string): void {
  context.font = font;
  context.textBaseline = 'middle';
  context.strokeStyle = palette.panel;
  context.lineWidth = 3;
  context.strokeText(value, x, y);
  context.fillStyle = colour;
  context.fillText(value, x, y);
}

function hatching(context: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const pen = tile.getContext('2d');
  if (!pen) return colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  for (const shift of [-8, 0, 8]) line(pen, shift, 8, shift + 8, 0);
  return context.createPattern(tile, 'repeat') ?? colour;
}
