/** The room's front door: what crosses the wire, as values. `apis` is the table everything else follows from. */
export { apis, apiByKey } from './apis.ts';
export type { Api, ApiName, RequestInit, RequestOf, ResponseInit, ResponseOf } from './apis.ts';
export { BATCH_HEADER_BYTES, BatchAttribute, parseBatchHeader, splitBatches, stampBatch, validateBatch } from './batch.ts';
export type { BatchHeader, BatchVerdict } from './batch.ts';
export { ErrorCode, errorName } from './error-code.ts';
export { FrameReader } from './frame.ts';
export { decodeGroupKey, decodeMessage, encodeMessage } from './message.ts';
export type { GroupKey } from './message.ts';
export {
  ConsumerProtocolAssignment, ConsumerProtocolSubscription, GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue,
} from './messages/stored.ts';
export { ProtocolError } from './protocol-error.ts';
export type { ProtocolErrorCode, RequestHeader } from './protocol-error.ts';
export { decodeRecords, encodeBatch } from './records.ts';
export type { BatchOptions, DecodedRecord, RecordInit } from './records.ts';
export { decodeRequest, decodeRequestHeader, encodeRequest } from './request.ts';
export type { DecodedRequest } from './request.ts';
export { decodeResponse, encodeResponse } from './response.ts';
export type { InitOf, Schema, ValueOf } from './schema.ts';
