"""Reads a topic to its end as docs/reference/topics/<topic>.md says, and prints every value as a line of JSON.

Usage: read_topic.py BROKERS REGISTRY_URL TOPIC
It knows nothing of Headwater but the contract page: committed records only, earliest offset, the schema id in each record.
"""
import json
import sys
import urllib.request
import uuid
from io import BytesIO

import fastavro
from confluent_kafka import Consumer, KafkaError, TopicPartition

brokers, registry, topic = sys.argv[1:4]
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": f"contract-reader-{uuid.uuid4()}",
        "isolation.level": "read_committed",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
    }
)
schemas = {}


def decode(value: bytes):
    assert value[0] == 0, "the first byte of a value is 0"
    schema_id = int.from_bytes(value[1:5], "big")
    if schema_id not in schemas:
        with urllib.request.urlopen(f"{registry}/schemas/ids/{schema_id}") as answer:
            schemas[schema_id] = fastavro.parse_schema(json.loads(json.load(answer)["schema"]))
    return fastavro.schemaless_reader(BytesIO(value[5:]), schemas[schema_id])


open_partitions = set(consumer.list_topics(topic, timeout=20).topics[topic].partitions)
consumer.assign([TopicPartition(topic, p, 0) for p in open_partitions])
while open_partitions:
    message = consumer.poll(20)
    if message is None:
        raise SystemExit(f"reading {topic} stopped before the end of partitions {open_partitions}")
    if message.error():
        if message.error().code() != KafkaError._PARTITION_EOF:
            raise SystemExit(f"reading {topic} failed: {message.error()}")
        open_partitions.discard(message.partition())
        continue
    key = message.key()
    print(json.dumps({"key": key.decode() if key else None, "value": decode(message.value())}, default=str))
consumer.close()
