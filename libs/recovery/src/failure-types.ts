import type { FailureType, StageName } from '@headwater/contracts';
import type { BadrowName } from './badrows/row';

/** What there is to know about a type of failure: the docs page and `headwater failed show` are made from this. */
export interface FailureTypeEntry {
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** Stages that report it. */
  readonly stages: readonly Exclude<StageName, 'unknown'>[];
  /** What usually leads to it. */
  readonly causes: readonly string[];
  /** What usually helps, in the order in which to try it. */
  readonly fixes: readonly string[];
  /** Whether a replay can repair it: `usually`, `sometimes` (each failed event says) or `never`. */
  readonly replay: 'usually' | 'sometimes' | 'never';
  /** Why not, or when not; empty where there is nothing to say. */
  readonly replayNote: string;
  /** The row of Snowplow's badrows family that `export --format badrows` makes of it. */
  readonly badrow: BadrowName;
}

const onlyAnOutline =
  'A payload that cannot be taken apart cannot be cleared of identifiers, so only an outline of it is kept.';

/** The closed set of failure types. A new symbol of the contract without an entry here does not compile. */
export const failureTypes: Readonly<Record<FailureType, FailureTypeEntry>> = {
  unknown: {
    meaning: 'The failure is of a type that this version does not know.',
    stages: ['collector', 'enricher', 'validator', 'loader'],
    causes: ['A newer version of Headwater wrote it.'],
    fixes: ['Read the message, and update the program that you read it with.'],
    replay: 'sometimes',
    replayNote: 'The failed event itself says whether it can be replayed.',
    badrow: 'generic_error',
  },
  size_violation: {
    meaning: 'The request or the event is larger than a record can be.',
    stages: ['collector', 'enricher', 'validator', 'loader'],
    causes: [
      'One event carries a whole document, an image or a long list.',
      'A tracker collects more events than its limit before it sends them.',
    ],
    fixes: [
      'Send less with each event: leave out what nobody reads, and lists without an end.',
      'Set `maxPostBytes` of the tracker below the limit of the collector.',
    ],
    replay: 'never',
    replayNote: 'The content was too large to be kept; sizes and sender are.',
    badrow: 'size_violation',
  },
  undecodable_record: {
    meaning: 'A record in a topic is not what the topic holds.',
    stages: ['enricher', 'validator', 'loader'],
    causes: [
      'A foreign program writes into a topic of Headwater.',
      'The schema registry lost a schema or hands out its ids anew.',
    ],
    fixes: [
      'Find the writer: `reference` names topic, partition and offset of the record.',
      'Restore the registry from its backup; read the record again with a consumer once its schema is back.',
    ],
    replay: 'never',
    replayNote: 'The bytes stay where they are; the failed event refers to their place.',
    badrow: 'collector_payload_format_violation',
  },
  payload_format_violation: {
    meaning: 'The body of the request is not JSON in UTF-8.',
    stages: ['enricher'],
    causes: [
      'The request was cut off on its way.',
      'A program of your own builds JSON by putting texts together.',
      'The text is in another encoding than UTF-8.',
    ],
    fixes: [
      'Let a JSON library write the body.',
      'Look at the outline in `payload`: it shows where the text breaks.',
    ],
    replay: 'sometimes',
    replayNote: onlyAnOutline,
    badrow: 'tracker_protocol_violations',
  },
  adapter_failure: {
    meaning:
      'Nothing answers to the path that the request was sent to, though it looks like one of a tracker.',
    stages: ['enricher'],
    causes: [
      'The vendor in the path is misspelt, or a webhook is not supported.',
      'The tracker is set to a custom POST path that the collector does not know.',
    ],
    fixes: [
      'Send events to `/com.snowplowanalytics.snowplow/tp2`.',
      'Add the path to the aliases of the collector.',
    ],
    replay: 'sometimes',
    replayNote: onlyAnOutline,
    badrow: 'adapter_failures',
  },
  tracker_protocol_violation: {
    meaning: 'A parameter of the tracker protocol is missing, unknown, or not what it must be.',
    stages: ['enricher'],
    causes: [
      'A tracker written by hand leaves out `e`, `p` or `tv`, or sends numbers where the protocol has texts.',
      'A value is not of its kind: a size that is not `1024x768`, an id that is no UUID, a time that is not in milliseconds.',
      'Own data stands beside the parameters and not in a context.',
    ],
    fixes: [
      'Correct the tracking code: the failure names the parameter and what is expected.',
      'Repair what came in meanwhile with a recipe that sets, removes or rewrites the parameter, and replay it.',
    ],
    replay: 'sometimes',
    replayNote:
      'An event can be replayed; a payload that could not be split into events is kept as an outline only.',
    badrow: 'tracker_protocol_violations',
  },
  schema_violation: {
    meaning:
      'Self-describing data does not meet its schema, is not self-describing, or names a schema that nobody has.',
    stages: ['enricher', 'validator'],
    causes: [
      'A property is missing, of another type, or not in the list of allowed values.',
      'The tracker went out before the schema was published, or names a version that does not exist.',
      'The wrapper `{"schema": …, "data": …}` is missing.',
    ],
    fixes: [
      'Publish the schema, then replay the events as they are.',
      'Correct the tracking code, and repair what came in meanwhile with a recipe: cast or rename the property, or substitute the schema.',
    ],
    replay: 'usually',
    replayNote: 'Self-describing data that could not be read is not kept, and its event cannot be replayed.',
    badrow: 'schema_violations',
  },
  enrichment_failure: {
    meaning: 'An enrichment could not work with what the event holds.',
    stages: ['enricher'],
    causes: [
      'A value that an enrichment reads is malformed, such as the time in a link decoration `_sp`.',
      'A custom enrichment threw or took too long.',
      'The enricher has a fault that this event brings to light.',
    ],
    fixes: [
      'Correct the value named in the failure at its source.',
      'Mend the custom enrichment, then replay the events as they are.',
      'Report a fault of the enricher with payload id and index.',
    ],
    replay: 'usually',
    replayNote: 'Where a fault kept the event from being cleared of identifiers, nothing of it is kept.',
    badrow: 'enrichment_failures',
  },
  atomic_field_violation: {
    meaning: 'A standard field is too long or out of range.',
    stages: ['validator'],
    causes: [
      'A page title, URL or label is longer than its column.',
      'A number is larger than the tables hold.',
    ],
    fixes: [
      'Shorten the value where it is tracked.',
      'Cut it with a recipe (`replace` with a pattern of the allowed length), and replay.',
    ],
    replay: 'usually',
    replayNote: '',
    badrow: 'schema_violations',
  },
  loading_failure: {
    meaning: 'ClickHouse refused the row for its content.',
    stages: ['loader'],
    causes: ['A value does not fit its column.', 'Somebody added a constraint to a table.'],
    fixes: [
      'Read the message: it names the column. Remove the constraint, or repair the value with a recipe, and replay.',
      'Tell the maintainers: what the validator lets through should fit.',
    ],
    replay: 'sometimes',
    replayNote: 'An event can be replayed; a summary or an alert is no event.',
    badrow: 'loader_runtime_error',
  },
  path_scan: {
    meaning: 'Somebody looked for a hole in the server: the path is none that a tracker has.',
    stages: ['collector', 'enricher'],
    causes: ['Bots ask every public server for `/wp-admin`, `/.env` and the like.'],
    fixes: ['Nothing: it holds no event. Let the ingress answer such paths if their number bothers you.'],
    replay: 'never',
    replayNote: 'There is no event in it.',
    badrow: 'adapter_failures',
  },
  app_not_admitted: {
    meaning: 'The app that the event names is not in the list of known apps.',
    stages: ['collector', 'enricher'],
    causes: ['A new app was not registered.', 'Its id is misspelt.', 'A stranger sends to your collector.'],
    fixes: [
      'Register the app, then replay its events.',
      'Correct a misspelt id with a recipe that sets `$.parameters.aid`, and replay.',
    ],
    replay: 'sometimes',
    replayNote: 'Where the policy is to keep no content of strangers, there is nothing to replay.',
    badrow: 'generic_error',
  },
  quota_exceeded: {
    meaning: 'The app sent more events than its quota allows.',
    stages: ['collector', 'enricher'],
    causes: ['Traffic grew.', 'A loop in the tracking code sends without end.'],
    fixes: ['Raise the quota or mend the loop, then replay the events that are wanted.'],
    replay: 'sometimes',
    replayNote: 'An event that was kept can be replayed.',
    badrow: 'generic_error',
  },
  replay_failure: {
    meaning: 'A replay could not be worked on.',
    stages: ['enricher'],
    causes: ['The replay was written by another program than `headwater failed replay`, or by a newer one.'],
    fixes: ['Replay the failed event anew with this version; it is still there, unresolved.'],
    replay: 'sometimes',
    replayNote: 'Replay the failed event that it came from: `replay_of` names it.',
    badrow: 'recovery_error',
  },
};
