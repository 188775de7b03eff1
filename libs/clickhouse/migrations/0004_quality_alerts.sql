-- Alerts, raised and resolved. From the topic quality-alerts: one row a record, copies included until they are merged.
-- Partitioned by server time alone: by a time that a client sets, one hostile payload would open partitions without end.
-- The sorting key holds only what two copies of a record share, so that they become one.
CREATE TABLE IF NOT EXISTS {{database}}.quality_alerts_stored{{on_cluster}}
(
    `alert_id` UUID COMMENT 'UUID of this state change, derived from key, state and start.',
    `app_id` LowCardinality(String) COMMENT 'Application concerned; `*` for all.',
    `collector_tstamp` DateTime64(3, 'UTC') COMMENT 'Collector time of the observation that changed the state.',
    `dedupe_key` String COMMENT 'Stable key of the deviation: raised and resolved share it.',
    `check` LowCardinality(String) COMMENT 'Check that noticed it.',
    `series` LowCardinality(String) COMMENT 'Series concerned.',
    `stage` LowCardinality(String) COMMENT 'Stage that owns the deviation.',
    `state` LowCardinality(String) COMMENT 'State after this change.',
    `severity` LowCardinality(String) COMMENT 'How urgent it is.',
    `started_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'Estimated start of the deviation.',
    `resolved_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was over.',
    `observed` Nullable(Float64) COMMENT 'What was observed.',
    `expected` Nullable(Float64) COMMENT 'What was expected.',
    `expected_low` Nullable(Float64) COMMENT 'Lower end of what is usual.',
    `expected_high` Nullable(Float64) COMMENT 'Upper end of what is usual.',
    `unit` LowCardinality(String) COMMENT 'Unit of the figures.',
    `summary` String COMMENT 'One sentence for people.',
    `explanation` String COMMENT 'What was compared with what, and what to do next.',
    `runbook` LowCardinality(String) COMMENT 'Path of the runbook page.',
    `load_tstamp` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row was inserted. Of several copies the last one counts.'
)
ENGINE = {{replacing_engine}}(load_tstamp)
PARTITION BY toYYYYMM(collector_tstamp)
ORDER BY (`app_id`, `check`, `alert_id`)
TTL toDateTime(collector_tstamp) + toIntervalDay({{days.quality_alerts}})
SETTINGS allow_nullable_key = 1, min_bytes_for_wide_part = 134217728, {{deduplication}};

-- Alerts, raised and resolved. Without copies: this is what to read.
CREATE OR REPLACE VIEW {{database}}.quality_alerts{{on_cluster}} AS
SELECT
    `alert_id`,
    `app_id`,
    `collector_tstamp`,
    `dedupe_key`,
    `check`,
    `series`,
    `stage`,
    `state`,
    `severity`,
    `started_at`,
    `resolved_at`,
    `observed`,
    `expected`,
    `expected_low`,
    `expected_high`,
    `unit`,
    `summary`,
    `explanation`,
    `runbook`,
    `load_tstamp`
FROM {{database}}.quality_alerts_stored FINAL;
