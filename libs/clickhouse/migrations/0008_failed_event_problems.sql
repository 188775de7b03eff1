-- Why failed events failed: one row for each failure of an event. Positions in lists are left out of field and path, so that the same
-- cause looks the same wherever it struck; problem_id names the cause.
CREATE OR REPLACE VIEW {{database}}.failed_event_causes{{on_cluster}} AS
SELECT
    failed_id,
    app_id,
    collector_tstamp,
    event_name,
    resolution,
    replayable,
    type AS failure_type,
    source,
    keyword,
    place AS field,
    pointer AS path,
    schema,
    message,
    lower(hex(sipHash64(app_id, type, source, keyword, place, pointer, schema))) AS problem_id
FROM
(
    SELECT
        failed_id,
        app_id,
        collector_tstamp,
        event_name,
        resolution,
        replayable,
        if(cause.type = '', failure_type, cause.type) AS type,
        cause.source AS source,
        cause.keyword AS keyword,
        replaceRegexpAll(cause.field, '\\[[0-9]+\\]', '[*]') AS place,
        replaceRegexpAll(cause.path, '/[0-9]+\\b', '/*') AS pointer,
        cause.schema AS schema,
        cause.message AS message
    FROM {{database}}.failed_event_status
    LEFT ARRAY JOIN failures AS cause
);

-- Failed events grouped into problems: same app, same cause. An event with two problems counts in both.
CREATE OR REPLACE VIEW {{database}}.failed_event_problems{{on_cluster}} AS
SELECT
    problem_id,
    app_id,
    failure_type,
    source,
    keyword,
    field,
    path,
    schema,
    min(collector_tstamp) AS first_seen,
    max(collector_tstamp) AS last_seen,
    uniqExact(failed_id) AS events,
    uniqExactIf(failed_id, resolution = '') AS unresolved,
    uniqExactIf(failed_id, resolution = '' AND replayable) AS replayable_events,
    arraySort(groupUniqArray(5)(event_name)) AS event_names,
    argMax(failed_id, (resolution = '', collector_tstamp)) AS example_failed_id,
    argMax(message, (resolution = '', collector_tstamp)) AS example_message
FROM {{database}}.failed_event_causes
GROUP BY problem_id, app_id, failure_type, source, keyword, field, path, schema;
