/** ApiVersions: what this broker speaks. */
import { apis, ErrorCode } from '../protocol/index.ts';
import type { Handler } from './handler.ts';

const apiKeys = Object.values(apis).map(({ key, minVersion, maxVersion }) => ({ apiKey: key, minVersion, maxVersion }));

export const apiVersions: Handler<'ApiVersions'> = async () => ({ errorCode: ErrorCode.NONE, apiKeys });
