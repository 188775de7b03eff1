-- What each stage did, by minute of collector time, app and series. From the topic stage-counts: one row a record, copies included until they are merged.
-- Partitioned by server time alone: by a time that a client sets, one hostile payload would open partitions without end.
-- The sorting key holds only what two copies of a record share, so that they become one.
CREATE TABLE IF NOT EXISTS {{database}}.stage_counts_stored{{on_cluster}}
(
    `counts_id` UUID COMMENT 'UUID derived from stage, app, series, window and input range: equal for a re-sent summary.',
    `app_id` LowCardinality(String) COMMENT 'Application; `*` where the stage does not look inside the payload.',
    `collector_tstamp` DateTime64(3, 'UTC') COMMENT 'Start of the minute of collector time that is summarised.',
    `stage` LowCardinality(String) COMMENT 'Stage that counts.',
    `series` LowCardinality(String) COMMENT 'Series within the app, e.g. `total` or `event_name=page_view`.',
    `unit` LowCardinality(String) COMMENT 'What is counted.',
    `source` String COMMENT 'Input range, e.g. `collector-payloads/3/100-199`, or the instance that counted.',
    `in_count` Nullable(Int64) COMMENT 'Units that came in.',
    `out_count` Nullable(Int64) COMMENT 'Units handed on.',
    `failed` Map(LowCardinality(String), Int64) COMMENT 'Units failed, by failure type.',
    `dropped` Map(LowCardinality(String), Int64) COMMENT 'Units dropped on purpose, by reason.',
    `payloads_in` Nullable(Int64) COMMENT 'Collector payloads that these events came from: the link between the units.',
    `status_codes` Map(LowCardinality(String), Int64) COMMENT 'HTTP answers by status code (collector).',
    `lag_records` Nullable(Int64) COMMENT 'Records still to read in the source, when counted.',
    `max_delay_ms` Nullable(Int64) COMMENT 'Greatest time from collector to this stage in the window, milliseconds.',
    `load_tstamp` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row was inserted. Of several copies the last one counts.'
)
ENGINE = {{replacing_engine}}(load_tstamp)
PARTITION BY toYYYYMM(collector_tstamp)
ORDER BY (`app_id`, `stage`, `series`, `collector_tstamp`, `counts_id`)
TTL toDateTime(collector_tstamp) + toIntervalDay({{days.stage_counts}})
SETTINGS allow_nullable_key = 1, min_bytes_for_wide_part = 134217728, {{deduplication}};

-- What each stage did, by minute of collector time, app and series. Without copies: this is what to read.
CREATE OR REPLACE VIEW {{database}}.stage_counts{{on_cluster}} AS
SELECT
    `counts_id`,
    `app_id`,
    `collector_tstamp`,
    `stage`,
    `series`,
    `unit`,
    `source`,
    `in_count`,
    `out_count`,
    `failed`,
    `dropped`,
    `payloads_in`,
    `status_codes`,
    `lag_records`,
    `max_delay_ms`,
    `load_tstamp`
FROM {{database}}.stage_counts_stored FINAL;
