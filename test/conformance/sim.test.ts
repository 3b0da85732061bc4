/** The same suites against the simulated adapters: what the broker is proven on must keep the promises it will meet in production. */
import { describe, test } from 'vitest';
import { DirectoryStore } from '../../broker/storage/directory-store.ts';
import { probeStore } from '../../broker/storage/probe.ts';
import { networkCases } from './network-cases.ts';
import { objectStoreCases } from './object-store-cases.ts';
import { onSimNode } from './sim-host.ts';
import { volumeCases } from './volume-cases.ts';

const seeds = [1, 2];

describe.each(seeds)('seed %i', (seed) => {
  describe('SimStore', () => {
    test.each(objectStoreCases().map((it) => [it.name, it] as const))('%s', async (_, it) => onSimNode(seed, (runtime) => it.run(runtime.objects)));
    test('passes the thorough probe', async () => onSimNode(seed, (runtime) => probeStore(runtime.objects, { name: 'sim', thorough: true })));
  });

  describe('SimVolume', () => {
    test.each(volumeCases.map((it) => [it.name, it] as const))('%s', async (_, it) => onSimNode(seed, (_runtime, node) => it.run(node.volume)));
  });

  describe('DirectoryStore on SimVolume', () => {
    const cases = objectStoreCases().map((it) => [it.name, it] as const);
    test.each(cases)('%s', async (_, it) => onSimNode(seed, ({ clock, random }, { volume }) => it.run(new DirectoryStore({ volume, clock, random }))));
    test('passes the thorough probe', async () => onSimNode(seed, ({ clock, random }, { volume }) => probeStore(new DirectoryStore({ volume, clock, random }), { name: 'sim', thorough: true })));
  });

  describe('SimNetwork', () => {
    test.each(networkCases.map((it) => [it.name, it] as const))('%s', async (_, it) => onSimNode(seed, ({ network, clock }) => it.run({ network, host: 'b1', clock })));
  });
});
