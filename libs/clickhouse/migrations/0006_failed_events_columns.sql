-- New fields of the records of failed-events.
ALTER TABLE {{database}}.failed_events_stored{{on_cluster}}
    ADD COLUMN IF NOT EXISTS `replay_id` String COMMENT 'Set when the event failed in a replay: the id of that replay.',
    ADD COLUMN IF NOT EXISTS `replay_of` String COMMENT 'failed_id of the failed event that was replayed.',
    ADD COLUMN IF NOT EXISTS `replayed_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was replayed. collector_tstamp stays the original one.';

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
    `replay_id`,
    `replay_of`,
    `replayed_at`,
    `load_tstamp`
FROM {{database}}.failed_events_stored FINAL;
