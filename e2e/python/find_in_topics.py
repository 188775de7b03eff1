"""Searches every record of every topic (uncommitted ones too) for texts that must not be there.

Usage: find_in_topics.py BROKERS NEEDLE [NEEDLE ...]
Prints, as JSON, by topic: the number of records read, and by needle in how many of them it is.
"""
import json
import sys
import uuid

from confluent_kafka import Consumer, KafkaError, TopicPartition

brokers, *needles = sys.argv[1:]
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": f"scan-{uuid.uuid4()}",
        "isolation.level": "read_uncommitted",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
    }
)
report = {}
for topic, metadata in consumer.list_topics(timeout=20).topics.items():
    if topic.startswith("__"):
        continue
    consumer.assign([TopicPartition(topic, p, 0) for p in metadata.partitions])
    open_partitions = set(metadata.partitions)
    records, hits = 0, dict.fromkeys(needles, 0)
    while open_partitions:
        message = consumer.poll(20)
        if message is None:
            raise SystemExit(f"reading {topic} stopped before the end of partitions {open_partitions}")
        if message.error():
            if message.error().code() != KafkaError._PARTITION_EOF:
                raise SystemExit(f"reading {topic} failed: {message.error()}")
            open_partitions.discard(message.partition())
            continue
        records += 1
        content = (message.key() or b"") + b"\n" + (message.value() or b"") + b"\n" + repr(message.headers()).encode()
        for needle in needles:
            hits[needle] += needle.encode() in content
    report[topic] = {"records": records, "hits": hits}
print(json.dumps(report))
consumer.close()
