-- The audit record of replays: who sent which failed events through the pipeline again, when, and repaired by what. Each row is the
-- state of a run at one moment; the last one counts. Kept until somebody deletes it.
CREATE TABLE IF NOT EXISTS {{database}}.replay_runs_stored{{on_cluster}}
(
    `run_id` UUID COMMENT 'The run; replays carry it.',
    `status` LowCardinality(String) COMMENT '`running`, `interrupted` (can be resumed), `finished` or `failed` (can be resumed).',
    `started_at` DateTime64(3, 'UTC') COMMENT 'When it began. Failed events that were loaded later are not part of it.',
    `updated_at` DateTime64(3, 'UTC') COMMENT 'When this state was written.',
    `finished_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'When nothing was left to send.',
    `operator` String COMMENT 'Who started it: user@host, or what HEADWATER_OPERATOR or --operator said.',
    `program` LowCardinality(String) COMMENT 'Name and version of the program.',
    `filter` String COMMENT 'Which failed events it takes, as JSON.',
    `recipe_name` LowCardinality(String) COMMENT 'Recipe that repairs them; empty: replayed as they are.',
    `recipe_version` UInt32 COMMENT 'Version of the recipe.',
    `recipe_sha256` String COMMENT 'SHA-256 of what the recipe says, hex.',
    `reviewed_by` String COMMENT 'Who reviewed the recipe.',
    `dry_run` Bool COMMENT 'Nothing was sent: it was only judged what would become of the events.',
    `selected` UInt64 COMMENT 'Failed events looked at so far.',
    `sent` UInt64 COMMENT 'Replays acknowledged by Kafka so far; in a dry run, those that would be sent.',
    `refused` Map(LowCardinality(String), UInt64) COMMENT 'Events that were not sent, by reason.',
    `cursor_tstamp` Nullable(DateTime64(3, 'UTC')) COMMENT 'Collector time of the last event that was dealt with: a resumed run goes on after it.',
    `cursor_failed_id` String COMMENT 'Id of the last failed event that was dealt with.'
)
ENGINE = {{replacing_engine}}(updated_at)
ORDER BY `run_id`;

-- The last state of each run.
CREATE OR REPLACE VIEW {{database}}.replay_runs{{on_cluster}} AS
SELECT
    `run_id`,
    `status`,
    `started_at`,
    `updated_at`,
    `finished_at`,
    `operator`,
    `program`,
    `filter`,
    `recipe_name`,
    `recipe_version`,
    `recipe_sha256`,
    `reviewed_by`,
    `dry_run`,
    `selected`,
    `sent`,
    `refused`,
    `cursor_tstamp`,
    `cursor_failed_id`
FROM {{database}}.replay_runs_stored FINAL;
