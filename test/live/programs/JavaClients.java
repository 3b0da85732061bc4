// Apache Kafka's Java clients: one exercise a run. Prints what it saw as one line of JSON; the suite beside it judges.
// Usage: java -cp 'lib/*' JavaClients.java BOOTSTRAP EXERCISE. While `survive` runs it prints `progress N` lines, so that the suite knows when to kill the broker.

import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.*;

@SuppressWarnings("removal")
public class JavaClients {
  static final int TIMEOUT_S = 30;
  static String bootstrap;

  public static void main(String[] parameters) throws Exception {
    bootstrap = parameters[0];
    Map<String, Object> seen = switch (parameters[1]) {
      case "admin" -> admin();
      case "records" -> records();
      case "errors" -> errors();
      case "positions" -> positions();
      case "groups" -> groups();
      case "survive" -> survive();
      default -> throw new IllegalArgumentException(parameters[1]);
    };
    System.out.println(json(seen));
    System.out.flush();
    System.exit(0);
  }

  static Map<String, Object> admin() throws Exception {
    Map<String, Object> seen = new TreeMap<>();
    try (Admin admin = adminClient()) {
      NewTopic topic = new NewTopic("made", 3, (short) 1).configs(Map.of("retention.ms", "86400000"));
      seen.put("dry", errorOf(() -> admin.createTopics(List.of(topic), new CreateTopicsOptions().validateOnly(true)).all().get()));
      seen.put("afterDry", admin.listTopics().names().get().contains("made"));
      CreateTopicsResult created = admin.createTopics(List.of(topic));
      seen.put("create", errorOf(() -> created.all().get()));
      seen.put("createdPartitions", created.numPartitions("made").get());
      seen.put("again", errorOf(() -> admin.createTopics(List.of(topic)).all().get()));
      seen.put("badName", errorOf(() -> admin.createTopics(List.of(new NewTopic("a/b", 1, (short) 1))).all().get()));
      seen.put("badConfig", errorOf(() -> admin.createTopics(List.of(new NewTopic("odd", 1, (short) 1).configs(Map.of("no.such", "1")))).all().get()));
      TopicDescription described = admin.describeTopics(List.of("made")).allTopicNames().get().get("made");
      seen.put("partitions", described.partitions().stream().map(part -> List.of(part.partition(), part.leader().id(), part.isr().size())).toList());
      seen.put("sameId", described.topicId().equals(created.topicId("made").get()));
      seen.put("missing", errorOf(() -> admin.describeTopics(List.of("absent")).allTopicNames().get()));
      DescribeClusterResult cluster = admin.describeCluster();
      seen.put("cluster", List.of(cluster.clusterId().get(), cluster.controller().get().id(), cluster.nodes().get().stream().map(node -> node.host() + ":" + node.port()).toList()));
      for (ConfigResource resource : List.of(new ConfigResource(ConfigResource.Type.TOPIC, "made"), new ConfigResource(ConfigResource.Type.BROKER, "1"))) {
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        seen.put(resource.type().name().toLowerCase(), config.entries().stream().collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)));
      }
      TopicPartition first = new TopicPartition("made", 0);
      seen.put("offsets", List.of(admin.listOffsets(Map.of(first, OffsetSpec.earliest())).partitionResult(first).get().offset(), admin.listOffsets(Map.of(first, OffsetSpec.latest())).partitionResult(first).get().offset()));
      // By its id, which is another form of the request than by name.
      seen.put("deleteById", errorOf(() -> admin.deleteTopics(TopicCollection.ofTopicIds(List.of(described.topicId()))).all().get()));
      seen.put("deleteAgain", errorOf(() -> admin.deleteTopics(List.of("made")).all().get()));
    }
    return seen;
  }

  /** Every compression, with and without idempotence: what comes back equals what was sent, offsets without a gap. */
  static Map<String, Object> records() throws Exception {
    List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
    Map<String, Object> seen = new TreeMap<>();
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      for (boolean idempotent : new boolean[] {false, true}) {
        String name = codec + (idempotent ? " idempotent" : " plain"), topic = name.replace(' ', '-');
        create(topic, 1);
        sent.clear();
        for (int at = 0; at < 300; at++) {
          ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, 0, at % 3 == 0 ? null : bytes("key-" + at), at % 7 == 0 ? null : bytes(("value-" + at + "-").repeat(20)));
          record.headers().add("at", bytes("" + at)).add("nothing", null).add("empty", new byte[0]);
          sent.add(record);
        }
        byte[] big = new byte[900_000];
        for (int at = 0; at < big.length; at++) big[at] = (byte) (at % 251);
        sent.add(new ProducerRecord<>(topic, 0, bytes("big"), big));
        sent.add(new ProducerRecord<>(topic, 0, new byte[0], new byte[0]));
        seen.put(name, roundTrip(topic, sent, Map.of("compression.type", codec, "enable.idempotence", idempotent, "linger.ms", 20)));
      }
    }
    for (String acks : List.of("0", "1")) {
      create("acks-" + acks, 1);
      List<ProducerRecord<byte[], byte[]>> few = IntStream.range(0, 100).mapToObj(at -> new ProducerRecord<byte[], byte[]>("acks-" + acks, 0, null, bytes("" + at))).toList();
      seen.put("acks " + acks, roundTrip("acks-" + acks, few, Map.of("acks", acks, "enable.idempotence", false)));
    }
    return seen;
  }

  static Map<String, Object> roundTrip(String topic, List<ProducerRecord<byte[], byte[]>> sent, Map<String, Object> settings) throws Exception {
    List<String> errors = new CopyOnWriteArrayList<>();
    try (Producer<byte[], byte[]> producer = producer(settings)) {
      for (ProducerRecord<byte[], byte[]> record : sent) producer.send(record, (metadata, error) -> { if (error != null) errors.add(error.getClass().getSimpleName()); });
      producer.flush();
    }
    List<ConsumerRecord<byte[], byte[]>> read = readFrom(topic, 0, sent.size(), Map.of());
    boolean same = read.size() == sent.size() && IntStream.range(0, sent.size()).allMatch(at -> Arrays.equals(sent.get(at).key(), read.get(at).key()) && Arrays.equals(sent.get(at).value(), read.get(at).value()) && sameHeaders(sent.get(at).headers().toArray(), read.get(at).headers().toArray()));
    return Map.of("errors", errors, "same", same, "gapless", IntStream.range(0, read.size()).allMatch(at -> read.get(at).offset() == at));
  }

  static boolean sameHeaders(Header[] one, Header[] two) {
    return one.length == two.length && IntStream.range(0, one.length).allMatch(at -> one[at].key().equals(two[at].key()) && Arrays.equals(one[at].value(), two[at].value()));
  }

  /** What is not served must be told at once and clearly. */
  static Map<String, Object> errors() throws Exception {
    create("errors", 1);
    Map<String, Object> seen = new TreeMap<>();
    try (Producer<byte[], byte[]> large = producer(Map.of("max.request.size", 5_000_000))) {
      seen.put("oversized", timedErrorOf(() -> large.send(new ProducerRecord<>("errors", new byte[2_000_000])).get()));
      seen.put("afterOversized", timedErrorOf(() -> large.send(new ProducerRecord<>("errors", bytes("fits"))).get()));
    }
    try (Producer<byte[], byte[]> transactional = producer(Map.of("transactional.id", "t"))) {
      seen.put("transactions", timedErrorOf(transactional::initTransactions));
    }
    try (Admin admin = adminClient()) {
      seen.put("acls", timedErrorOf(() -> admin.describeAcls(AclBindingFilter.ANY).values().get()));
    }
    try (Consumer<byte[], byte[]> modern = consumer("kip-848", Map.of("group.protocol", "consumer"))) {
      modern.subscribe(List.of("errors"));
      seen.put("consumerProtocol", timedErrorOf(() -> pollUntil(modern, 1)));
    }
    try (Consumer<byte[], byte[]> reader = consumer("range", Map.of("auto.offset.reset", "none"))) {
      TopicPartition partition = new TopicPartition("errors", 0);
      reader.assign(List.of(partition));
      reader.seek(partition, 1_000);
      seen.put("outOfRange", timedErrorOf(() -> pollUntil(reader, 1)));
    }
    return seen;
  }

  /** The ends, offsets for times, seek, and commits of both kinds. */
  static Map<String, Object> positions() throws Exception {
    create("positions", 1);
    Map<String, Object> seen = new TreeMap<>();
    TopicPartition partition = new TopicPartition("positions", 0);
    try (Producer<byte[], byte[]> producer = producer(Map.of())) {
      for (int at = 0; at < 100; at++) producer.send(new ProducerRecord<>("positions", 0, 1_700_000_000_000L + at * 1_000, null, bytes("" + at)));
    }
    try (Consumer<byte[], byte[]> reader = consumer("positions", Map.of())) {
      seen.put("ends", List.of(reader.beginningOffsets(List.of(partition)).get(partition), reader.endOffsets(List.of(partition)).get(partition)));
      List<Long> found = new ArrayList<>();
      for (long time : new long[] {1_699_999_999_999L, 1_700_000_030_000L, 1_700_000_030_001L, 1_800_000_000_000L}) {
        OffsetAndTimestamp answer = reader.offsetsForTimes(Map.of(partition, time)).get(partition);
        found.add(answer == null ? -1 : answer.offset());
      }
      seen.put("forTimes", found);
      reader.assign(List.of(partition));
      reader.seek(partition, 50);
      seen.put("assigned", text(pollUntil(reader, 1).get(0)));
      reader.seek(partition, 7);
      seen.put("sought", text(pollUntil(reader, 1).get(0)));
      seen.put("uncommitted", String.valueOf(reader.committed(Set.of(partition)).get(partition)));
      reader.commitSync(Map.of(partition, new OffsetAndMetadata(8, "by hand")));
      OffsetAndMetadata committed = reader.committed(Set.of(partition)).get(partition);
      seen.put("committed", List.of(committed.offset(), committed.metadata()));
      CompletableFuture<String> told = new CompletableFuture<>();
      reader.commitAsync(Map.of(partition, new OffsetAndMetadata(60)), (offsets, error) -> told.complete(error == null ? "ok" : error.toString()));
      for (int round = 0; round < 100 && !told.isDone(); round++) reader.poll(Duration.ofMillis(100));
      seen.put("async", told.getNow("never"));
    }
    try (Admin admin = adminClient()) {
      seen.put("listed", admin.listConsumerGroupOffsets("positions").partitionsToOffsetAndMetadata().get().entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue().offset()).toList());
    }
    seen.put("readCommitted", readFrom("positions", 0, 100, Map.of("isolation.level", "read_committed")).size());
    return seen;
  }

  /** Join, leave, rebalance, with the eager and the cooperative protocol, and static members that come back. */
  static Map<String, Object> groups() throws Exception {
    Map<String, Object> seen = new TreeMap<>();
    try (Admin admin = adminClient(); Producer<byte[], byte[]> producer = producer(Map.of())) {
      for (Class<?> strategy : List.of(RangeAssignor.class, CooperativeStickyAssignor.class)) {
        String topic = "group-" + strategy.getSimpleName();
        create(topic, 6);
        Map<String, Object> settings = Map.of("partition.assignment.strategy", strategy.getName());
        List<Member> members = new ArrayList<>(List.of(new Member(topic, topic, settings)));
        List<Object> steps = new ArrayList<>(List.of(settled(members, 6)));
        for (int more = 0; more < 2; more++) {
          members.add(new Member(topic, topic, settings));
          steps.add(settled(members, 6));
        }
        ConsumerGroupDescription description = admin.describeConsumerGroups(List.of(topic)).all().get().get(topic);
        List<Object> described = List.of(description.members().stream().map(member -> member.assignment().topicPartitions().size()).sorted().toList(), description.partitionAssignor());
        boolean listed = admin.listConsumerGroups().all().get().stream().anyMatch(group -> group.groupId().equals(topic));
        for (int at = 0; at < 600; at++) producer.send(new ProducerRecord<>(topic, at % 6, null, bytes("" + at)));
        producer.flush();
        waitUntil(() -> members.stream().mapToInt(member -> member.values.size()).sum() >= 600);
        members.remove(0).leave();
        steps.add(settled(members, 6));
        for (Member member : members) member.leave();
        List<String> failures = members.stream().flatMap(member -> member.failures.stream()).toList();
        seen.put(strategy.getSimpleName(), Map.of("steps", steps, "described", described, "listed", listed, "failures", failures, "deserted", admin.describeConsumerGroups(List.of(topic)).all().get().get(topic).members().size()));
      }
      create("group-static", 4);
      List<Member> fixed = new ArrayList<>(List.of(fixed(0), fixed(1)));
      List<Object> steps = new ArrayList<>(List.of(settled(fixed, 4)));
      List<Set<Integer>> before = fixed.stream().map(member -> Set.copyOf(member.owned)).toList();
      int rebalances = fixed.get(1).rebalances;
      // A static member that closes does not leave: it comes back to what it had, and the other notices nothing.
      fixed.get(0).leave();
      fixed.set(0, fixed(0));
      steps.add(settled(fixed, 4));
      Map<String, Object> told = new TreeMap<>(Map.of("steps", steps, "undisturbed", fixed.get(1).rebalances == rebalances));
      told.put("same", fixed.stream().map(member -> Set.copyOf(member.owned)).toList().equals(before));
      told.put("instances", admin.describeConsumerGroups(List.of("static")).all().get().get("static").members().stream().map(member -> member.groupInstanceId().orElse("")).sorted().toList());
      // Whoever takes a living member's instance id fences it.
      Member usurper = fixed(1);
      waitUntil(() -> !fixed.get(1).failures.isEmpty());
      told.put("fenced", fixed.get(1).failures);
      for (Member member : List.of(fixed.get(0), usurper)) member.leave();
      seen.put("static", told);
    }
    return seen;
  }

  static Member fixed(int number) {
    return new Member("static", "group-static", Map.of("group.instance.id", "i-" + number, "partition.assignment.strategy", RangeAssignor.class.getName()));
  }

  /** Produces and consumes in a group while the suite kills the broker: everything acknowledged is there, once, in order. */
  static Map<String, Object> survive() throws Exception {
    create("survive", 3);
    Member member = new Member("survivors", "survive", Map.of("partition.assignment.strategy", CooperativeStickyAssignor.class.getName()));
    Map<String, String> acknowledged = new ConcurrentHashMap<>();
    List<String> failed = new CopyOnWriteArrayList<>();
    try (Producer<byte[], byte[]> producer = producer(Map.of("compression.type", "zstd", "linger.ms", 5, "batch.size", 2_000))) {
      for (int at = 0; at < 9_000; at++) {
        String value = "" + at;
        producer.send(new ProducerRecord<>("survive", at % 3, null, bytes(value)), (metadata, error) -> {
          if (error != null) failed.add(error.toString());
          else acknowledged.put(metadata.partition() + " " + metadata.offset(), value);
        });
        if (at % 100 != 0) continue;
        System.out.println("progress " + at);
        Thread.sleep(50);
      }
    }
    int copies = 0, disordered = 0;
    for (int partition = 0; partition < 3; partition++) {
      Set<String> values = new HashSet<>();
      int previous = -1;
      for (ConsumerRecord<byte[], byte[]> record : readFrom("survive", partition, 3_000, Map.of())) {
        if (text(record).equals(acknowledged.get(partition + " " + record.offset()))) acknowledged.remove(partition + " " + record.offset());
        if (!values.add(text(record))) copies++;
        if (Integer.parseInt(text(record)) < previous) disordered++;
        previous = Integer.parseInt(text(record));
      }
    }
    Set<String> missed = IntStream.range(0, 9_000).mapToObj(String::valueOf).collect(Collectors.toSet());
    waitUntil(() -> {
      missed.removeAll(Set.copyOf(member.values));
      return missed.isEmpty();
    });
    member.leave();
    return Map.of("failed", failed, "lost", acknowledged.size(), "copies", copies, "disordered", disordered, "missed", missed.size());
  }

  /** A consumer on a thread of its own. */
  static class Member implements ConsumerRebalanceListener {
    final Set<Integer> owned = ConcurrentHashMap.newKeySet();
    final Queue<String> values = new ConcurrentLinkedQueue<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    volatile int rebalances;
    volatile boolean stopping;
    final Thread thread;

    Member(String group, String topic, Map<String, Object> settings) {
      Map<String, Object> all = new HashMap<>(settings);
      all.putAll(Map.of("session.timeout.ms", 6_000, "heartbeat.interval.ms", 300));
      thread = new Thread(() -> {
        try (Consumer<byte[], byte[]> consumer = consumer(group, all)) {
          consumer.subscribe(List.of(topic), this);
          while (!stopping) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) values.add(text(record));
            consumer.commitAsync();
          }
        } catch (Exception error) {
          failures.add(error.getClass().getSimpleName());
        }
      });
      thread.setDaemon(true);
      thread.start();
    }

    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      rebalances++;
      for (TopicPartition partition : partitions) owned.add(partition.partition());
    }

    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) owned.remove(partition.partition());
    }

    void leave() throws InterruptedException {
      stopping = true;
      thread.join(TIMEOUT_S * 1_000L);
    }
  }

  /** Waits until the members share all partitions evenly; how many each has. */
  static List<Integer> settled(List<Member> members, int partitions) throws Exception {
    waitUntil(() -> {
      List<Integer> owned = members.stream().map(member -> member.owned.size()).toList();
      Set<Integer> all = members.stream().flatMap(member -> member.owned.stream()).collect(Collectors.toSet());
      return all.size() == partitions && owned.stream().mapToInt(Integer::intValue).sum() == partitions && Collections.max(owned) - Collections.min(owned) <= 1;
    });
    return members.stream().map(member -> member.owned.size()).sorted().toList();
  }

  static void waitUntil(Callable<Boolean> done) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
    while (!done.call() && System.nanoTime() < deadline) Thread.sleep(50);
  }

  static List<ConsumerRecord<byte[], byte[]>> readFrom(String topic, int partition, int count, Map<String, Object> settings) {
    try (Consumer<byte[], byte[]> reader = consumer("none", settings)) {
      reader.assign(List.of(new TopicPartition(topic, partition)));
      reader.seekToBeginning(reader.assignment());
      return pollUntil(reader, count);
    }
  }

  static List<ConsumerRecord<byte[], byte[]>> pollUntil(Consumer<byte[], byte[]> reader, int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
    while (records.size() < count && System.nanoTime() < deadline) reader.poll(Duration.ofMillis(500)).forEach(records::add);
    return records;
  }

  static Admin adminClient() {
    return Admin.create(settings(Map.of()));
  }

  static void create(String topic, int partitions) throws Exception {
    try (Admin admin = adminClient()) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    }
  }

  static Producer<byte[], byte[]> producer(Map<String, Object> more) {
    return new KafkaProducer<>(settings(more), new ByteArraySerializer(), new ByteArraySerializer());
  }

  static Consumer<byte[], byte[]> consumer(String group, Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(Map.of("group.id", group, "auto.offset.reset", "earliest", "enable.auto.commit", false));
    all.putAll(more);
    if ("consumer".equals(all.get("group.protocol"))) all.remove("session.timeout.ms");
    return new KafkaConsumer<>(settings(all), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  static Map<String, Object> settings(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "reconnect.backoff.max.ms", 500));
    all.putAll(more);
    return all;
  }

  interface Act {
    void run() throws Exception;
  }

  static String errorOf(Act act) {
    try {
      act.run();
      return "none";
    } catch (ExecutionException error) {
      return error.getCause().getClass().getSimpleName();
    } catch (Exception error) {
      return error.getClass().getSimpleName();
    }
  }

  static Map<String, Object> timedErrorOf(Act act) {
    long begun = System.nanoTime();
    String error = errorOf(act);
    return Map.of("error", error, "seconds", (System.nanoTime() - begun) / 1e9);
  }

  static byte[] bytes(String text) {
    return text.getBytes();
  }

  static String text(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value());
  }

  static String json(Object value) {
    if (value instanceof Map<?, ?> map) return map.entrySet().stream().map(entry -> json(entry.getKey()) + ":" + json(entry.getValue())).collect(Collectors.joining(",", "{", "}"));
    if (value instanceof Collection<?> list) return list.stream().map(JavaClients::json).collect(Collectors.joining(",", "[", "]"));
    return value instanceof Number || value instanceof Boolean ? String.valueOf(value) : "\"" + String.valueOf(value).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
