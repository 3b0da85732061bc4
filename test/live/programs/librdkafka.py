"""librdkafka, through confluent-kafka: one exercise a run. Prints what it saw as one line of JSON; the suite beside it judges.

Usage: librdkafka.py BOOTSTRAP EXERCISE. While `survive` runs it prints `progress N` lines, so that the suite knows when to kill the broker.
"""
import json
import sys
import threading
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicCollection, TopicPartition, libversion, version
from confluent_kafka.admin import AclBindingFilter, AclOperation, AclPermissionType, AdminClient, ConfigResource, NewTopic, OffsetSpec, ResourcePatternType, ResourceType

BOOTSTRAP = sys.argv[1]
TIMEOUT_S = 30


def base(**settings):
    return {"bootstrap.servers": BOOTSTRAP, "reconnect.backoff.max.ms": 500, "log_level": 3, **{key.replace("_", "."): value for key, value in settings.items()}}


def consumer(group="none", **settings):
    return Consumer(base(group_id=group, auto_offset_reset="earliest", enable_auto_commit=False, **settings))


def create(topic, partitions=1):
    client = AdminClient(base())
    client.create_topics([NewTopic(topic, partitions, 1)])[topic].result(TIMEOUT_S)


def error_of(call):
    """The name of the Kafka error that `call` ends with, and how long it took."""
    begun = time.monotonic()
    try:
        call()
        name = "none"
    except KafkaException as error:
        name = error.args[0].name()
    return {"error": name, "seconds": time.monotonic() - begun}


def admin():
    client = AdminClient(base())
    topic = NewTopic("made", 3, 1, config={"retention.ms": "86400000"})
    seen = {"versions": [version(), libversion()[0]]}
    seen["dry"] = error_of(lambda: client.create_topics([topic], validate_only=True)["made"].result(TIMEOUT_S))["error"]
    seen["afterDry"] = "made" in client.list_topics(timeout=TIMEOUT_S).topics
    seen["create"] = error_of(lambda: client.create_topics([topic])["made"].result(TIMEOUT_S))["error"]
    seen["again"] = error_of(lambda: client.create_topics([topic])["made"].result(TIMEOUT_S))["error"]
    seen["badName"] = error_of(lambda: client.create_topics([NewTopic("a/b", 1, 1)])["a/b"].result(TIMEOUT_S))["error"]
    seen["badConfig"] = error_of(lambda: client.create_topics([NewTopic("odd", 1, 1, config={"no.such": "1"})])["odd"].result(TIMEOUT_S))["error"]
    described = client.describe_topics(TopicCollection(["made"]))["made"].result(TIMEOUT_S)
    seen["partitions"] = [[part.id, part.leader.id, [node.id for node in part.isr]] for part in described.partitions]
    seen["missing"] = error_of(lambda: client.describe_topics(TopicCollection(["absent"]))["absent"].result(TIMEOUT_S))["error"]
    cluster = client.describe_cluster().result(TIMEOUT_S)
    seen["cluster"] = [cluster.cluster_id, cluster.controller.id, [f"{node.host}:{node.port}" for node in cluster.nodes]]
    configs = {}
    for name, resource in (("topic", ConfigResource(ConfigResource.Type.TOPIC, "made")), ("broker", ConfigResource(ConfigResource.Type.BROKER, "1"))):
        [future] = client.describe_configs([resource]).values()
        configs[name] = {entry.name: entry.value for entry in future.result(TIMEOUT_S).values()}
    seen["configs"] = configs
    seen["offsets"] = []
    for of in (OffsetSpec.latest(), OffsetSpec.earliest()):
        [future] = client.list_offsets({TopicPartition("made", 0): of}).values()
        seen["offsets"].append(future.result(TIMEOUT_S).offset)
    seen["delete"] = error_of(lambda: client.delete_topics(["made"])["made"].result(TIMEOUT_S))["error"]
    seen["deleteAgain"] = error_of(lambda: client.delete_topics(["made"])["made"].result(TIMEOUT_S))["error"]
    return seen


def produce_all(producer, topic, records):
    """Records are (key, value, headers); returns the errors."""
    errors = []
    for key, value, headers in records:
        producer.produce(topic, key=key, value=value, headers=headers, partition=0, on_delivery=lambda error, _: error and errors.append(error.name()))
    left = producer.flush(TIMEOUT_S)
    return errors + ["unflushed"] * left


def read_from(topic, count, partition=0, **settings):
    reader = consumer(check_crcs=True, fetch_message_max_bytes=2_000_000, **settings)
    reader.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
    records = []
    deadline = time.monotonic() + TIMEOUT_S
    while len(records) < count and time.monotonic() < deadline:
        record = reader.poll(1)
        if record is None:
            continue
        if record.error():
            raise KafkaException(record.error())
        records.append(record)
    reader.close()
    return records


def records():
    """Every compression, with and without idempotence: what comes back equals what was sent, offsets without a gap."""
    sent = [(f"key-{at}".encode() if at % 3 else None, f"value-{at}-".encode() * 20 if at % 7 else None, [("at", str(at).encode()), ("nothing", None), ("empty", b"")]) for at in range(300)]
    sent += [(b"big", bytes(at % 251 for at in range(900_000)), None), (b"", b"", [])]
    seen = {}
    for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
        for idempotent in (False, True):
            topic = f"records-{codec}-{idempotent}"
            create(topic)
            errors = produce_all(Producer(base(compression_type=codec, enable_idempotence=idempotent, linger_ms=20)), topic, sent)
            read = read_from(topic, len(sent))
            same = [(record.key(), record.value(), record.headers() or None) for record in read] == [(key, value, headers or None) for key, value, headers in sent]
            seen[f"{codec} {'idempotent' if idempotent else 'plain'}"] = {"errors": errors, "same": same, "gapless": [record.offset() for record in read] == list(range(len(sent)))}
    for acks in (0, 1):
        create(f"acks-{acks}")
        errors = produce_all(Producer(base(acks=acks)), f"acks-{acks}", sent[:100])
        seen[f"acks {acks}"] = {"errors": errors, "same": [record.value() for record in read_from(f"acks-{acks}", 100)] == [value for _, value, _ in sent[:100]], "gapless": True}
    return seen


def errors():
    """What is not served must be told at once and clearly."""
    create("errors")
    seen = {}
    large = Producer(base(message_max_bytes=5_000_000))
    begun = time.monotonic()
    told = produce_all(large, "errors", [(None, b"x" * 2_000_000, None)])
    seen["oversized"] = {"error": ",".join(told), "seconds": time.monotonic() - begun}
    seen["afterOversized"] = {"error": ",".join(produce_all(large, "errors", [(None, b"fits", None)])) or "none", "seconds": 0}
    transactional, client = Producer(base(transactional_id="t")), AdminClient(base())
    seen["transactions"] = error_of(lambda: transactional.init_transactions(TIMEOUT_S))
    everything = AclBindingFilter(ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY)
    seen["acls"] = error_of(lambda: client.describe_acls(everything).result(TIMEOUT_S))
    begun = time.monotonic()
    modern = Consumer(base(group_id="kip-848", group_protocol="consumer"))
    modern.subscribe(["errors"])
    record = None
    while record is None and time.monotonic() < begun + TIMEOUT_S:
        record = modern.poll(1)
    seen["consumerProtocol"] = {"error": record.error().name() if record is not None and record.error() else "none", "seconds": time.monotonic() - begun}
    modern.close()
    reader = Consumer(base(group_id="range", auto_offset_reset="error"))
    reader.assign([TopicPartition("errors", 0, 1_000)])
    record = None
    begun = time.monotonic()
    while record is None and time.monotonic() < begun + TIMEOUT_S:
        record = reader.poll(1)
    seen["outOfRange"] = {"error": record.error().name() if record is not None and record.error() else "none", "seconds": time.monotonic() - begun}
    reader.close()
    return seen


def positions():
    """Watermarks, offsets for times, seek, and commits of both kinds."""
    create("positions")
    producer = Producer(base())
    for at in range(100):
        producer.produce("positions", f"{at}".encode(), partition=0, timestamp=1_700_000_000_000 + at * 1_000)
    producer.flush(TIMEOUT_S)
    reader = consumer("positions")
    at = TopicPartition("positions", 0, 50)
    seen = {"watermarks": reader.get_watermark_offsets(at, TIMEOUT_S, cached=False)}
    ask = lambda timestamp: reader.offsets_for_times([TopicPartition("positions", 0, timestamp)], TIMEOUT_S)[0].offset
    seen["forTimes"] = [ask(1_699_999_999_999), ask(1_700_000_030_000), ask(1_700_000_030_001), ask(1_800_000_000_000)]
    reader.assign([at])
    seen["assigned"] = next_value(reader)
    reader.seek(TopicPartition("positions", 0, 7))
    seen["sought"] = next_value(reader)
    seen["uncommitted"] = reader.committed([at], TIMEOUT_S)[0].offset
    [done] = reader.commit(offsets=[TopicPartition("positions", 0, 8, metadata="by hand")], asynchronous=False)
    seen["sync"] = done.error is None
    [after] = reader.committed([at], TIMEOUT_S)
    seen["committed"] = [after.offset, after.metadata]
    reader.close()
    told = []
    other = Consumer({**base(group_id="positions", enable_auto_commit=False), "on_commit": lambda error, offsets: told.append([error is None, offsets[0].offset])})
    other.assign([at])
    other.commit(offsets=[TopicPartition("positions", 0, 60)], asynchronous=True)
    deadline = time.monotonic() + TIMEOUT_S
    while not told and time.monotonic() < deadline:
        other.poll(0.1)
    seen["async"] = told
    other.close()
    client = AdminClient(base())
    listed = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions("positions")])["positions"].result(TIMEOUT_S)
    seen["listed"] = [[entry.topic, entry.partition, entry.offset] for entry in listed.topic_partitions]
    seen["readCommitted"] = len(read_from("positions", 100, isolation_level="read_committed"))
    return seen


def next_value(reader):
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        record = reader.poll(1)
        if record is not None and not record.error():
            return int(record.value())
    return None


class Member:
    """A consumer on a thread of its own."""

    def __init__(self, group, topic, **settings):
        self.owned, self.values, self.rebalances, self.failures, self.stopping = set(), [], 0, [], False
        self.consumer = consumer(group, session_timeout_ms=6_000, heartbeat_interval_ms=300, **settings)
        self.cooperative = settings.get("partition_assignment_strategy") == "cooperative-sticky"
        self.consumer.subscribe([topic], on_assign=self.assigned, on_revoke=self.revoked, on_lost=self.revoked)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def assigned(self, _, partitions):
        self.rebalances += 1
        self.owned |= {entry.partition for entry in partitions}

    def revoked(self, _, partitions):
        self.owned -= {entry.partition for entry in partitions}

    def run(self):
        while not self.stopping:
            record = self.consumer.poll(0.1)
            if record is None:
                continue
            if record.error():
                self.failures.append(record.error().name())
                continue
            self.values.append(record.value())
            try:
                self.consumer.commit(record, asynchronous=True)
            except KafkaException as error:
                self.failures.append(error.args[0].name())
        self.consumer.close()

    def leave(self):
        self.stopping = True
        self.thread.join(TIMEOUT_S)


def settled(members, partitions):
    """Waits until the members share all partitions evenly; how many each has."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        owned = [len(member.owned) for member in members]
        if sum(owned) == partitions and max(owned) - min(owned) <= 1 and len(set().union(*(member.owned for member in members))) == partitions:
            break
        time.sleep(0.05)
    return sorted(len(member.owned) for member in members)


def groups():
    """Join, leave, rebalance, with the eager and the cooperative protocol, and static members that come back."""
    seen = {}
    client = AdminClient(base())
    for strategy in ("range", "roundrobin", "cooperative-sticky"):
        topic = f"group-{strategy}"
        create(topic, 6)
        members = [Member(topic, topic, partition_assignment_strategy=strategy)]
        steps = [settled(members, 6)]
        for _ in range(2):
            members.append(Member(topic, topic, partition_assignment_strategy=strategy))
            steps.append(settled(members, 6))
        description = client.describe_consumer_groups([topic])[topic].result(TIMEOUT_S)
        described = [description.state.name, description.partition_assignor, sorted(len(member.assignment.topic_partitions) for member in description.members)]
        listed = [entry.state.name for entry in client.list_consumer_groups().result(TIMEOUT_S).valid if entry.group_id == topic]
        producer = Producer(base())
        for at in range(600):
            producer.produce(topic, f"{at}".encode(), partition=at % 6)
        producer.flush(TIMEOUT_S)
        deadline = time.monotonic() + TIMEOUT_S
        while sum(len(member.values) for member in members) < 600 and time.monotonic() < deadline:
            time.sleep(0.05)
        members.pop(0).leave()
        steps.append(settled(members, 6))
        kept = [member.failures for member in members]
        for member in members:
            member.leave()
        empty = client.describe_consumer_groups([topic])[topic].result(TIMEOUT_S).state.name
        seen[strategy] = {"steps": steps, "described": described, "listed": listed, "failures": sum(kept, []), "empty": empty}
    create("group-static", 4)
    fixed = [Member("static", "group-static", group_instance_id=f"i-{at}", partition_assignment_strategy="range") for at in range(2)]
    steps = [settled(fixed, 4)]
    before = [set(member.owned) for member in fixed]
    rebalances = fixed[1].rebalances
    # A static member that closes does not leave: it comes back to what it had, and the other notices nothing.
    fixed[0].leave()
    fixed[0] = Member("static", "group-static", group_instance_id="i-0", partition_assignment_strategy="range")
    steps.append(settled(fixed, 4))
    described = client.describe_consumer_groups(["static"])["static"].result(TIMEOUT_S)
    seen["static"] = {
        "steps": steps, "same": [set(member.owned) for member in fixed] == before, "undisturbed": fixed[1].rebalances == rebalances,
        "instances": sorted(member.group_instance_id for member in described.members), "failures": sum((member.failures for member in fixed), []),
    }
    # Whoever takes a living member's instance id fences it.
    usurper = Member("static", "group-static", group_instance_id="i-1", partition_assignment_strategy="range")
    deadline = time.monotonic() + TIMEOUT_S
    while not fixed[1].failures and time.monotonic() < deadline:
        time.sleep(0.05)
    seen["static"]["fenced"] = sorted(set(fixed[1].failures))
    for member in [*fixed, usurper]:
        member.leave()
    return seen


def survive():
    """Produces and consumes in a group while the suite kills the broker: everything acknowledged is there, once, in order."""
    create("survive", 3)
    member = Member("survivors", "survive", partition_assignment_strategy="cooperative-sticky")
    producer = Producer(base(enable_idempotence=True, linger_ms=5, batch_num_messages=50, compression_type="zstd"))
    acknowledged, failed = [[], [], []], []

    def delivered(error, record):
        if error:
            failed.append(error.name())
        else:
            acknowledged[record.partition()].append((record.offset(), record.value()))

    begun = time.monotonic()
    for at in range(9_000):
        producer.produce("survive", f"{at}".encode(), partition=at % 3, on_delivery=delivered)
        producer.poll(0)
        if at % 100 == 0:
            print(f"progress {at}", flush=True)
            time.sleep(0.05)
    left = producer.flush(2 * TIMEOUT_S)
    lost, disordered, copies = 0, 0, 0
    for partition in range(3):
        read = [(record.offset(), record.value()) for record in read_from("survive", 3_000, partition)]
        lost += len(set(acknowledged[partition]) - set(read))
        copies += len(read) - len({value for _, value in read})
        order = [int(value) for _, value in read]
        disordered += sum(1 for one, two in zip(order, order[1:]) if two < one)
    expected = {f"{at}".encode() for at in range(9_000)}
    deadline = time.monotonic() + TIMEOUT_S
    while not expected <= set(member.values) and time.monotonic() < deadline:
        time.sleep(0.1)
    missed = len(expected - set(member.values))
    member.leave()
    return {"acknowledged": sum(map(len, acknowledged)), "failed": failed, "left": left, "lost": lost, "copies": copies, "disordered": disordered, "missed": missed, "seconds": time.monotonic() - begun}


exercises = {each.__name__: each for each in (admin, records, errors, positions, groups, survive)}
print(json.dumps(exercises[sys.argv[2]]()), flush=True)
