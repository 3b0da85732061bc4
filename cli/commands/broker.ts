/** `wavetank broker`: the broker of the simulator on the real machine, until a signal ends it. */
import type { Broker } from '../../broker/index.ts';
import { NetworkError, StoreError, type ObjectStore } from '../../runtime/index.ts';
import { complaintLine, usage, worldFailed } from '../complaint.ts';
import { exitCodes } from '../exit-codes.ts';
import { ensureDirectory, scratchDirectory } from '../files.ts';
import type { AddCommand } from '../finish.ts';
import { NoticeTracer } from '../notices.ts';
import { parseObjects, showObjects, type ObjectsOption } from '../objects-option.ts';
import { parseAddress, parseWhole, quoted } from '../options.ts';

interface BrokerOptions {
  readonly listen: string;
  readonly objects?: string;
  readonly wal: string;
  readonly brokerId: string;
  readonly clusterId: string;
  readonly advertise?: string;
  readonly partitions: string;
}

export const addBroker: AddCommand = (program, finish) => {
  program
    .command('broker')
    .description('run a broker that Kafka clients connect to; without options, one that forgets everything at exit')
    .option('--listen <host:port>', 'where to accept clients; port 0 picks a free one', '127.0.0.1:9092')
    .option('--objects <store>', 'file:DIR or s3://BUCKET?endpoint=URL (default: a temporary directory, removed at exit)')
    .option('--wal <where>', 'where acknowledged records are kept until they are uploaded: object', 'object')
    .option('--broker-id <n>', 'unique in the cluster', '1')
    .option('--cluster-id <name>', 'the same for all brokers on one store', 'wavetank')
    .option('--advertise <host:port>', 'what clients are told to connect to (default: the address listened on)')
    .option('--partitions <n>', 'partitions of topics that are created by use', '1')
    .action(async (options: BrokerOptions) => {
      await serve(options);
      finish(exitCodes.held);
    });
};

/** Clients that do not let go must not keep the process: what is unfinished by then ends as in a crash, which loses nothing acknowledged. */
const closeMaxMs = 10_000;

/** Returns when a signal has ended the broker in good order. */
async function serve(options: BrokerOptions): Promise<void> {
  const listen = parseAddress('--listen', options.listen);
  const advertised = options.advertise === undefined ? null : parseAddress('--advertise', options.advertise);
  const everywhere = ({ host }: { readonly host: string }): boolean => host === '0.0.0.0' || host === '::';
  if (advertised !== null && (everywhere(advertised) || advertised.port === 0)) throw usage(`--advertise ${options.advertise} is no address that clients can connect to; write the host and the port at which they reach this broker`);
  if (advertised === null && everywhere(listen)) throw usage(`--listen ${options.listen} is every interface, which is no address clients can be told; add --advertise HOST:PORT`);
  const brokerId = parseWhole('--broker-id', options.brokerId, 0, 0x7fff_ffff);
  const numPartitions = parseWhole('--partitions', options.partitions, 1, 1000);
  if (!/^[\w.-]{1,100}$/.test(options.clusterId)) throw usage(`--cluster-id ${quoted(options.clusterId)} is not a name; write 1 to 100 letters, digits, dots, dashes or underscores`);
  if (options.wal !== 'object') throw usage(`--wal ${quoted(options.wal)} is not available in this version; leave it out or write --wal object`);
  const where = options.objects === undefined ? temporaryDirectory() : parseObjects(options.objects);
  onBug();
  const ending = ended();

  const [{ defaultConfig, startBroker }, { nodeRuntime }] = await Promise.all([import('../../broker/index.ts'), import('../../runtime/node/index.ts')]);
  const start = async (): Promise<Broker> => {
    const objects = await openStore(where);
    const runtime = nodeRuntime({ node: `b${brokerId}`, objects, tracer: new NoticeTracer((line) => void process.stderr.write(line)) });
    try {
      return await startBroker(runtime, defaultConfig({ brokerId, clusterId: options.clusterId, listen, advertised, numPartitions }));
    } catch (error) {
      throw startComplaint(error, options, where);
    }
  };
  // Whoever ends it while a store does not answer need not wait for the store.
  const broker = await Promise.race([start(), ending]);
  if (typeof broker === 'string') return void process.stderr.write(`wavetank: ${broker} before it was ready\n`);
  const { host, port } = advertised ?? broker.address;
  process.stdout.write(`ready: bootstrap ${host.includes(':') ? `[${host}]` : host}:${port} (broker ${brokerId}, cluster ${options.clusterId}, objects in ${showObjects(where)})\n`);
  const signal = await ending;
  process.stderr.write(`wavetank: ${signal}, closing\n`);
  await Promise.race([broker.close(), new Promise((resolve) => setTimeout(resolve, closeMaxMs).unref())]);
}

async function openStore(where: ObjectsOption): Promise<ObjectStore> {
  const { NodeClock, NodeRandom, NodeVolume, S3Store } = await import('../../runtime/node/index.ts');
  if (where.kind === 'directory') {
    ensureDirectory('the --objects directory', where.path);
    const { DirectoryStore } = await import('../../broker/storage/directory-store.ts');
    return new DirectoryStore({ volume: new NodeVolume(where.path), clock: new NodeClock(), random: new NodeRandom() });
  }
  const store = new S3Store({ bucket: where.bucket, ...(where.endpoint === null ? {} : { endpoint: where.endpoint }), ...(where.region === null ? {} : { region: where.region }) });
  try {
    await store.list('', { maxKeys: 1 });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // Some refusals already say what to do.
    const advice = error.code === 'DENIED' ? 'create the bucket, or check the name and the credentials' : 'check the endpoint and that the server is up';
    throw worldFailed(`cannot use the object store: ${error.message}${error.message.includes('; ') ? '' : `; ${advice}`}`);
  }
  return store;
}

function temporaryDirectory(): ObjectsOption {
  return { kind: 'directory', path: scratchDirectory('wavetank-broker-').path };
}

function startComplaint(error: unknown, options: BrokerOptions, where: ObjectsOption): Error {
  if (error instanceof NetworkError) {
    if (error.code === 'ADDRESS_IN_USE') return worldFailed(`cannot listen on ${options.listen}: the port is in use; stop what holds it, or choose another with --listen (port 0 picks a free one)`);
    return worldFailed(`${error.message}; ${error.message.includes('permission denied') ? 'choose a port from 1024 on' : 'choose an address of this machine'}`);
  }
  if (error instanceof StoreError || (error instanceof Error && error.name === 'ProbeError')) return worldFailed(`cannot use ${showObjects(where)}: ${error.message}`);
  return error instanceof Error ? error : new Error(String(error));
}

function ended(): Promise<string> {
  return new Promise((resolve) => {
    let asked = 0;
    // The terminal is closed: but whoever used nohup, which takes the terminal away from stdin, wants it to go on.
    const signals: readonly NodeJS.Signals[] = process.stdin.isTTY ? ['SIGTERM', 'SIGINT', 'SIGHUP'] : ['SIGTERM', 'SIGINT'];
    for (const signal of signals) {
      process.on(signal, () => {
        asked += 1;
        if (asked > 1) process.exit(exitCodes.world); // whoever asks twice does not want to wait
        resolve(signal);
      });
    }
  });
}

/** A bug must end the process, so that another broker takes over; but with a line, not with a stack. */
function onBug(): void {
  process.on('uncaughtException', (error) => {
    const { line, exitCode } = complaintLine(error, process.env['WAVETANK_DEBUG'] === '1');
    process.stderr.write(`wavetank: ${line}\n`);
    process.exit(exitCode);
  });
}
