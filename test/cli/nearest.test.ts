import { expect, test } from 'vitest';
import { editDistance, nearest } from '../../cli/nearest.ts';

const known = ['broker-loss', 'zombie-leader', 's3-hazards', 'rebalance-storm'];

test('guesses what was meant, and only when it is near', () => {
  expect(nearest('broker-los', known)).toBe('broker-loss');
  expect(nearest('Broker_Loss', known)).toBe('broker-loss');
  expect(nearest('zombie', known)).toBe('zombie-leader');
  expect(nearest('something-else-entirely', known)).toBeUndefined();
  expect(nearest('', [])).toBeUndefined();
});

test('counts typing errors', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('same', 'same')).toBe(0);
});
