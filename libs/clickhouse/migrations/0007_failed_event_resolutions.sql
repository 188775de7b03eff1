-- What became of failed events that were replayed. Filled by ClickHouse itself from what the loader inserts, so "resolved" means that
-- the outcome of the replay is in a table, and not that somebody sent it.
-- Kept as long as the failed event: both are partitioned and expire by the same, original collector time.
CREATE TABLE IF NOT EXISTS {{database}}.failed_event_resolutions_stored{{on_cluster}}
(
    `failed_id` UUID COMMENT 'The failed event that was replayed.',
    `resolution` LowCardinality(String) COMMENT '`loaded`: the repaired event is in the table events. `failed_again`: the replay failed for another reason, and a new failed event stands for it.',
    `app_id` LowCardinality(String) COMMENT 'Application of the event.',
    `collector_tstamp` DateTime64(3, 'UTC') COMMENT 'When the collector received the event: the original time.',
    `resolved_by` String COMMENT 'What stands for the event now: event_id of the event, or failed_id of the new failed event.',
    `replay_id` String COMMENT 'Replay that did it.',
    `replayed_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was replayed.',
    `load_tstamp` DateTime64(3, 'UTC') COMMENT 'When the outcome was inserted.'
)
ENGINE = {{replacing_engine}}(load_tstamp)
PARTITION BY toYYYYMM(collector_tstamp)
ORDER BY (`failed_id`, `resolution`)
TTL toDateTime(collector_tstamp) + toIntervalDay({{days.failed_event_resolutions}})
SETTINGS {{deduplication}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{database}}.failed_event_loaded{{on_cluster}}
TO {{database}}.failed_event_resolutions_stored AS
SELECT
    toUUIDOrZero(replay_of) AS failed_id,
    'loaded' AS resolution,
    app_id,
    collector_tstamp,
    toString(event_id) AS resolved_by,
    replay_id,
    replayed_at,
    load_tstamp
FROM {{database}}.events_stored
WHERE replay_of != '';

-- A replay that fails for the same reason has the failed_id of the first failure: that one is simply unresolved still.
CREATE MATERIALIZED VIEW IF NOT EXISTS {{database}}.failed_event_failed_again{{on_cluster}}
TO {{database}}.failed_event_resolutions_stored AS
SELECT
    toUUIDOrZero(failed.replay_of) AS failed_id,
    'failed_again' AS resolution,
    failed.app_id AS app_id,
    failed.collector_tstamp AS collector_tstamp,
    toString(failed.failed_id) AS resolved_by,
    failed.replay_id AS replay_id,
    failed.replayed_at AS replayed_at,
    failed.load_tstamp AS load_tstamp
FROM {{database}}.failed_events_stored AS failed
WHERE failed.replay_of != '' AND failed.replay_of != toString(failed.failed_id);

-- What became of failed events that were replayed: one row each. That the event was loaded outweighs that another replay of it failed.
CREATE OR REPLACE VIEW {{database}}.failed_event_resolutions{{on_cluster}} AS
SELECT
    failed_id,
    last.1 AS resolution,
    last.2 AS resolved_by,
    last.3 AS replay_id,
    last.4 AS replayed_at,
    last.5 AS resolved_at
FROM
(
    SELECT
        failed_id,
        argMax((resolution, resolved_by, replay_id, replayed_at, load_tstamp), (resolution = 'loaded', load_tstamp)) AS last
    FROM {{database}}.failed_event_resolutions_stored
    GROUP BY failed_id
);

-- Failed events with what became of them: `resolution` is empty while nothing stands for the event, neither a row of `events` nor a later
-- failed event. An event that comes to fail again under its old failed_id, after another failure stood for it, is unresolved again.
CREATE OR REPLACE VIEW {{database}}.failed_event_status{{on_cluster}} AS
WITH outcome.resolution = 'loaded' OR (outcome.resolution = 'failed_again' AND outcome.resolved_at >= failed.load_tstamp) AS is_resolved
SELECT
    failed.`failed_id` AS `failed_id`,
    failed.`app_id` AS `app_id`,
    failed.`collector_tstamp` AS `collector_tstamp`,
    failed.`stage` AS `stage`,
    failed.`failure_type` AS `failure_type`,
    failed.`failures` AS `failures`,
    failed.`processor` AS `processor`,
    failed.`event_id` AS `event_id`,
    failed.`event` AS `event`,
    failed.`event_name` AS `event_name`,
    failed.`platform` AS `platform`,
    failed.`name_tracker` AS `name_tracker`,
    failed.`v_tracker` AS `v_tracker`,
    failed.`event_fingerprint` AS `event_fingerprint`,
    failed.`payload_id` AS `payload_id`,
    failed.`payload_index` AS `payload_index`,
    failed.`dvce_created_tstamp` AS `dvce_created_tstamp`,
    failed.`dvce_sent_tstamp` AS `dvce_sent_tstamp`,
    failed.`geo_country` AS `geo_country`,
    failed.`useragent` AS `useragent`,
    failed.`pseudonym_key_id` AS `pseudonym_key_id`,
    failed.`path` AS `path`,
    failed.`content_type` AS `content_type`,
    failed.`parameters` AS `parameters`,
    failed.`payload` AS `payload`,
    failed.`reference` AS `reference`,
    failed.`replayable` AS `replayable`,
    failed.`not_replayable_reason` AS `not_replayable_reason`,
    failed.`replay_id` AS `replay_id`,
    failed.`replay_of` AS `replay_of`,
    failed.`replayed_at` AS `replayed_at`,
    failed.`load_tstamp` AS `load_tstamp`,
    if(is_resolved, outcome.resolution, '') AS resolution,
    if(is_resolved, outcome.resolved_by, '') AS resolved_by,
    if(is_resolved, outcome.resolved_at, NULL) AS resolved_at
FROM {{database}}.failed_events AS failed
LEFT JOIN {{database}}.failed_event_resolutions AS outcome ON failed.failed_id = outcome.failed_id;
