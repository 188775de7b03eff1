-- Events that could not go on, with every reason. From the topic failed-events: one row a record, copies included until they are merged.
-- Partitioned by server time alone: by a time that a client sets, one hostile payload would open partitions without end.
-- The sorting key holds only what two copies of a record share, so that they become one.
CREATE TABLE IF NOT EXISTS {{database}}.failed_events_stored{{on_cluster}}
(
    `failed_id` UUID COMMENT 'UUID derived from the content: the same failure of the same event has the same id.',
    `app_id` LowCardinality(String) COMMENT 'Application that sent the event; `unknown` when it cannot be told.',
    `collector_tstamp` DateTime64(3, 'UTC') COMMENT 'When the collector received the event.',
    `stage` LowCardinality(String) COMMENT 'Stage that failed it.',
    `failure_type` LowCardinality(String) COMMENT 'Type of the first failure.',
    `failures` Array(Tuple(`type` LowCardinality(String), `message` String, `field` LowCardinality(String), `value` String, `expectation` String, `schema` LowCardinality(String), `path` String, `keyword` LowCardinality(String), `source` LowCardinality(String))) COMMENT 'All failures of the event.',
    `processor` LowCardinality(String) COMMENT 'Name and version of the program that failed it.',
    `event_id` String COMMENT 'Id of the event where it is known.',
    `event` LowCardinality(String) COMMENT 'Kind of event where it is known.',
    `event_name` LowCardinality(String) COMMENT 'Name of the event schema where it is known.',
    `platform` LowCardinality(String) COMMENT 'Platform where it is known.',
    `name_tracker` LowCardinality(String) COMMENT 'Tracker namespace.',
    `v_tracker` LowCardinality(String) COMMENT 'Tracker version.',
    `event_fingerprint` String COMMENT 'Fingerprint of the event as sent.',
    `payload_id` String COMMENT 'Collector payload that carried the event.',
    `payload_index` Nullable(Int32) COMMENT 'Position in the payload, from 0.',
    `dvce_created_tstamp` Nullable(DateTime64(3, 'UTC')) COMMENT 'Client clock when the event happened.',
    `dvce_sent_tstamp` Nullable(DateTime64(3, 'UTC')) COMMENT 'Client clock when it was sent.',
    `geo_country` LowCardinality(String) COMMENT 'Country already derived.',
    `useragent` String COMMENT 'User agent string.',
    `pseudonym_key_id` LowCardinality(String) COMMENT 'Key under which identifiers were pseudonymised.',
    `path` String COMMENT 'Path of the request.',
    `content_type` LowCardinality(String) COMMENT 'Content-Type of the request.',
    `parameters` Map(LowCardinality(String), String) COMMENT 'Tracker parameters after masking and pseudonymisation.',
    `payload` String COMMENT 'Masked and shortened text of a payload that could not be split into events.',
    `reference` Tuple(`topic` LowCardinality(String), `partition` Int32, `offset` Int64, `length` Int32, `sha256` String) COMMENT 'Set when the content itself is not kept.',
    `replayable` Nullable(Bool) COMMENT 'Whether a replay can repair it.',
    `not_replayable_reason` LowCardinality(String) COMMENT 'Why a replay cannot repair it.',
    `load_tstamp` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row was inserted. Of several copies the last one counts.'
)
ENGINE = {{replacing_engine}}(load_tstamp)
PARTITION BY toYYYYMM(collector_tstamp)
ORDER BY (`app_id`, `failure_type`, `failed_id`)
TTL toDateTime(collector_tstamp) + toIntervalDay({{days.failed_events}})
SETTINGS allow_nullable_key = 1, min_bytes_for_wide_part = 134217728, {{deduplication}};

-- Events that could not go on, with every reason. Without copies: this is what to read.
CREATE OR REPLACE VIEW {{database}}.failed_events{{on_cluster}} AS
SELECT
    `failed_id`,
    `app_id`,
    `collector_tstamp`,
    `stage`,
    `failure_type`,
    `failures`,
    `processor`,
    `event_id`,
    `event`,
    `event_name`,
    `platform`,
    `name_tracker`,
    `v_tracker`,
    `event_fingerprint`,
    `payload_id`,
    `payload_index`,
    `dvce_created_tstamp`,
    `dvce_sent_tstamp`,
    `geo_country`,
    `useragent`,
    `pseudonym_key_id`,
    `path`,
    `content_type`,
    `parameters`,
    `payload`,
    `reference`,
    `replayable`,
    `not_replayable_reason`,
    `load_tstamp`
FROM {{database}}.failed_events_stored FINAL;
