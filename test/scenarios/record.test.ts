import { expect, test } from 'vitest';
import { outgoingRecord, polledRecord, valueId } from '../../scenarios/workloads/record.ts';

function received(record: ReturnType<typeof outgoingRecord>, change: { value?: string; key?: string; from?: string } = {}) {
  return polledRecord({
    offset: '7',
    key: record.key === null ? null : Buffer.from(change.key ?? record.key),
    value: Buffer.from(change.value ?? record.value),
    headers: { from: Buffer.from(change.from ?? record.headers.from) },
  });
}

const sent = outgoingRecord(valueId('p1#2', 41), 'p1#2', 'k3', 2, 120);

test('a record is read as it was sent', () => {
  expect(sent.value).toHaveLength(120);
  expect(received(sent)).toEqual({ offset: 7, value: 'p1#2-000041', intact: true });
});

test('without a key', () => {
  expect(received(outgoingRecord(valueId('p1', 0), 'p1', null, 0, 64)).intact).toBe(true);
});

test('any change is seen', () => {
  const flipped = `${sent.value.slice(0, 60)}#${sent.value.slice(61)}`;
  expect(received(sent, { value: flipped }).intact).toBe(false);
  expect(received(sent, { value: sent.value.slice(0, -1) }).intact).toBe(true); // a shorter padding is still its own
  expect(received(sent, { value: sent.value.replace('000041', '000042') }).intact).toBe(false);
  expect(received(sent, { key: 'k4' }).intact).toBe(false);
  expect(received(sent, { from: 'p2' }).intact).toBe(false);
  expect(received(sent, { value: '' })).toEqual({ offset: 7, value: '', intact: false });
});
