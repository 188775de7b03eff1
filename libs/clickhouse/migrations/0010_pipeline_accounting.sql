-- Does the accounting close? One row for each app, minute of collector time and stage, made of stage_counts when it is asked: `unaccounted` is
-- what the stage took in and neither handed on nor failed nor dropped; `missing` is what the stage before handed on and this one has not
-- taken in (NULL where no stage before counts in the same unit). Both are 0 once the stages have passed the minute. A row is there also for a stage
-- that has taken in nothing of what was handed to it.
-- The collector's unit is the payload, for all apps together (`*`): the enricher has a row of that unit too, which holds the payloads
-- that it read. What became of them is counted by app, as events; so there `out_count` repeats `in_count`. A collector that is killed
-- forgets the last seconds that it counted: there, and only there, less than 0 may be missing.
-- Ask for a range of collector_tstamp: only its partitions are read.
CREATE OR REPLACE VIEW {{database}}.pipeline_accounting{{on_cluster}} AS
SELECT
    app_id,
    collector_tstamp,
    side.1 AS stage,
    side.2 AS unit,
    sum(side.3) AS in_count,
    sum(side.4) AS out_count,
    sum(side.5) AS failed,
    sum(side.6) AS dropped,
    in_count - out_count - failed - dropped AS unaccounted,
    if(stage = 'validator' OR stage = 'loader' OR (stage = 'enricher' AND unit = 'payload'), sum(side.7), NULL) AS handed_on,
    handed_on - in_count AS missing
FROM
(
    SELECT
        app_id,
        collector_tstamp,
        if(series = 'payloads', 'payload', toString(unit)) AS counted,
        ifNull(if(series = 'payloads', payloads_in, in_count), 0) AS taken_in,
        ifNull(if(series = 'payloads', payloads_in, out_count), 0) AS given_on,
        -- The stage itself, and the next one, to which it hands on.
        arrayConcat(
            [(toString(stage), counted, taken_in, given_on, toInt64(arraySum(mapValues(failed))), toInt64(arraySum(mapValues(dropped))), toInt64(0))],
            if(series = 'total' AND stage IN ('collector', 'enricher', 'validator'),
                [(transform(toString(stage), ['collector', 'enricher', 'validator'], ['enricher', 'validator', 'loader'], ''), counted, toInt64(0), toInt64(0), toInt64(0), toInt64(0), given_on)],
                [])) AS sides
    FROM {{database}}.stage_counts
    WHERE series IN ('total', 'payloads') AND stage IN ('collector', 'enricher', 'validator', 'loader')
)
ARRAY JOIN sides AS side
GROUP BY app_id, collector_tstamp, stage, unit;
