/** The room's front door. */
export { startBroker, type Broker } from './broker.ts';
export { defaultConfig, type BrokerConfig } from './config.ts';
export { DirectoryStore } from './storage/directory-store.ts';
export { inspectMetadata, inspectPartition, type StoredObjects } from './inspect.ts';
export { decodeRecords } from './protocol/index.ts';
