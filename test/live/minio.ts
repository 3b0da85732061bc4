/** A MinIO server of its own on a folder of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { minioPath } from './peers.ts';
import { freePort, until } from './waiting.ts';

export class Minio {
  readonly credentials = { accessKeyId: 'wavetank', secretAccessKey: 'wavetank-secret' };
  private readonly folder = mkdtempSync(join(tmpdir(), 'wavetank-minio-'));
  private process: ChildProcess | undefined;
  private port = 0;

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What a broker process needs to find its credentials. */
  get environment(): Readonly<Record<string, string>> {
    return { AWS_ACCESS_KEY_ID: this.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: this.credentials.secretAccessKey, AWS_REGION: 'us-east-1' };
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    let output = '';
    const child = spawn(minioPath, ['server', '--quiet', '--address', `127.0.0.1:${this.port}`, this.folder], {
      // Its own temporary disk is the root disk, which MinIO refuses outside of CI.
      env: { ...process.env, MINIO_ROOT_USER: this.credentials.accessKeyId, MINIO_ROOT_PASSWORD: this.credentials.secretAccessKey, MINIO_CI_CD: '1', MINIO_BROWSER: 'off' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk) => output += String(chunk));
    child.stderr.on('data', (chunk) => output += String(chunk));
    this.process = child;
    await until('MinIO answers', 30_000, async () => {
      if (child.exitCode !== null) throw new Error(`MinIO ended with ${child.exitCode}: ${output}`);
      return await fetch(`${this.endpoint}/minio/health/ready`).then((answer) => answer.ok, () => false);
    });
  }

  async createBucket(bucket: string): Promise<void> {
    const client = new S3Client({ endpoint: this.endpoint, region: 'us-east-1', credentials: this.credentials, forcePathStyle: true });
    // Ready comes a moment before the first bucket can be made.
    await until(`bucket ${bucket} is made`, 30_000, () => client.send(new CreateBucketCommand({ Bucket: bucket })).then(() => true, (error: Error) => {
      if (error.name === 'BucketAlreadyOwnedByYou') return true;
      if (error.name === 'InvalidBucketName') throw error;
      return false;
    }));
    client.destroy();
  }

  /** kill -9 */
  async kill(): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
