"""Searches every record of every topic (uncommitted ones too) for texts that must not be there.

Usage: find_in_topics.py BROKERS NEEDLE [NEEDLE ...]
Prints, as JSON, the number of records read and of hits per topic.
"""
import json
import sys
import uuid

from confluent_kafka import Consumer, TopicPartition

brokers, *needles = sys.argv[1:]
needles = [needle.encode() for needle in needles]
consumer = Consumer({"bootstrap.servers": brokers, "group.id": f"scan-{uuid.uuid4()}", "isolation.level": "read_uncommitted", "enable.auto.commit": False})
report = {}
for topic, metadata in consumer.list_topics(timeout=20).topics.items():
    if topic.startswith("__"):
        continue
    ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=20)[1] for p in metadata.partitions}
    consumer.assign([TopicPartition(topic, p, 0) for p in ends])
    records = hits = quiet = 0
    while quiet < 3:
        message = consumer.poll(0.5)
        if message is None:
            quiet += 1
            continue
        quiet = 0
        if message.error():
            raise SystemExit(f"reading {topic} failed: {message.error()}")
        records += 1
        content = (message.key() or b"") + b"\n" + (message.value() or b"") + b"\n" + repr(message.headers()).encode()
        hits += any(needle in content for needle in needles)
    report[topic] = {"records": records, "hits": hits}
print(json.dumps(report))
consumer.close()
