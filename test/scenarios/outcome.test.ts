import '../../sim/globals.ts';
import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { expect, test } from 'vitest';
import { commitOutcome, errorName, sendOutcome } from '../../scenarios/clients/outcome.ts';

function refused(type: string): Error {
  const protocol = new KafkaJSProtocolError(Object.assign(new Error('as the broker said'), { type, code: 1 }) as never);
  return new KafkaJSNumberOfRetriesExceeded(protocol, { retryCount: 8, retryTime: 100, cause: protocol } as never);
}

test('what never left the machine has failed', () => {
  expect(sendOutcome(new Error('Not connected'), 0)).toBe('fail');
  expect(commitOutcome(refused('NOT_COORDINATOR_FOR_GROUP'), 0)).toBe('fail');
});

test('a refusal counts only when nothing else was sent', () => {
  expect(sendOutcome(refused('MESSAGE_TOO_LARGE'), 1)).toBe('fail');
  expect(sendOutcome(refused('MESSAGE_TOO_LARGE'), 2)).toBe('unknown');
  expect(commitOutcome(refused('ILLEGAL_GENERATION'), 1)).toBe('fail');
});

test('an answer that a deposed leader gives proves nothing', () => {
  expect(sendOutcome(refused('NOT_LEADER_FOR_PARTITION'), 1)).toBe('unknown');
  expect(commitOutcome(refused('NOT_COORDINATOR_FOR_GROUP'), 1)).toBe('unknown');
  expect(sendOutcome(new Error('Request Produce timed out'), 1)).toBe('unknown');
});

test('errors are named by their innermost cause', () => {
  expect(errorName(refused('ILLEGAL_GENERATION'))).toBe('ILLEGAL_GENERATION');
  expect(errorName(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBe('Error ECONNRESET');
});
