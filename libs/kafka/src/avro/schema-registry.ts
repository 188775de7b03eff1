import { schemas, subjectOf, topics, type Topic } from '@headwater/contracts';
import { COMPATIBILITY, SchemaRegistry as RegistryClient } from '@kafkajs/confluent-schema-registry';
import { TopicCodec } from './topic-codec';
import type { RegistryConfig } from '../config';
import { withDeadline } from '../client/deadline';
import { RegistryChanged, RegistryUnavailable, SchemaConflict, SchemaNotRegistered } from '../errors';
import type { Log } from '../client/log';
import { KnownIds } from './known-ids';

const DEADLINE_MS = 5_000;
/** How long the registry is not asked again for an id whose records cannot be decoded. */
const NEGATIVE_CACHE_MS = 30_000;
/** How a registry says that it holds no such subject or schema. A gateway that knows no such path says 404 too, without these. */
const NOT_FOUND: readonly unknown[] = [40401, 40403];
/** Time between two attempts to have ids confirmed that were taken from the file. */
const CONFIRM_MS = 5_000;

/** Codecs of topics, by name without prefix. */
export type Codecs = ReadonlyMap<string, TopicCodec>;

/**
 * The schema registry. Nothing of it is on the path of a record: ids of our own schemas are looked up once, other
 * schemas once per id.
 *
 * Its client reports a registry that is offline as "400 Bad Request", so no status is believed by itself. What it says of a
 * schema that is not ours, that there is none included, counts only when it has just shown that it works and is the one that
 * it was, by naming the right id for a schema of ours.
 *
 * Ids are kept in a file where one is configured. When the registry is down at the start, they are taken from there, and
 * confirmed once it answers; if it then names another id, `trouble` says so and nothing is read or written any more.
 */
export class SchemaRegistry {
  private readonly client: RegistryClient;
  private readonly known: KnownIds;
  /** Ids from the file that the registry has not confirmed, by subject. */
  private readonly unconfirmed = new Map<string, { readonly topic: Topic; readonly id: number }>();
  private confirming: NodeJS.Timeout | null = null;
  private changed: RegistryChanged | null = null;
  private readonly url: string;

  constructor(
    readonly config: RegistryConfig,
    private readonly log: Log,
  ) {
    this.known = new KnownIds({ path: config.idsFile, seed: config.idsSeedFile }, log);
    const { url, username, password } = config;
    this.url = url.replace(/\/+$/, '');
    this.client = new RegistryClient({
      host: this.url,
      clientId: 'headwater',
      retry: { retries: 1, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 1 },
      ...(username === undefined ? {} : { auth: { username, password: password ?? '' } }),
    });
  }

  /**
   * Codecs for topics, each under the id of the schema of this build, never "the latest".
   *
   * @throws {RegistryUnavailable} when it does not answer, and an id is not in the file
   * @throws {RegistryChanged} when it names another id than the file
   * @throws {SchemaNotRegistered} when a subject does not hold our schema
   */
  async codecs(prefix: string, wanted: readonly Topic[] = Object.values(topics)): Promise<Codecs> {
    const found = await Promise.all(
      wanted.map(
        async (topic) => [topic.name, new TopicCodec(topic, await this.idAtStart(topic, prefix))] as const,
      ),
    );
    return new Map(found);
  }

  /** Null, or why nothing may be read or written under the ids that are known. To be asked before every batch. */
  trouble(): RegistryChanged | null {
    return this.changed;
  }

  /** Keeps an id that the registry has just named, in place of an older one. */
  remember(topic: Topic, prefix: string, id: number): void {
    this.known.rememberId(subjectOf(topic, prefix), schemas[topic.schema], id);
  }

  private async idAtStart(topic: Topic, prefix: string): Promise<number> {
    const subject = subjectOf(topic, prefix);
    const known = this.known.idOf(subject, schemas[topic.schema]);
    try {
      const id = await this.idOf(topic, prefix);
      if (known !== null && known !== id) throw this.changedId(subject, known, id);
      this.remember(topic, prefix, id);
      return id;
    } catch (error) {
      if (!(error instanceof RegistryUnavailable) || known === null) throw error;
      this.log.warn(
        { err: error, subject, schemaId: known },
        `The schema of ${topic.name} is taken to have the id ${String(known)}, as ${this.config.idsFile ?? this.config.idsSeedFile ?? 'before'} says: ${error.message} The id is compared once the registry answers.`,
      );
      this.unconfirmed.set(subject, { topic, id: known });
      this.confirmSoon();
      return known;
    }
  }

  private confirmSoon(): void {
    this.confirming ??= setTimeout(() => {
      this.confirming = null;
      void this.confirm();
    }, CONFIRM_MS).unref();
  }

  /** Compares the ids that were taken from the file with the registry, until it has confirmed all of them. */
  private async confirm(): Promise<void> {
    let changed: RegistryChanged | null = null;
    for (const [subject, { topic, id }] of this.unconfirmed) {
      try {
        const found = await this.findId(topic, subject);
        if (found === id) this.unconfirmed.delete(subject);
        else changed ??= this.changedId(subject, id, found);
      } catch {
        // It still does not answer; what it said before stays true.
        changed ??= this.changed;
        break;
      }
    }
    if (changed && !this.changed)
      this.log.error({ code: changed.code }, `Nothing more is read or written: ${changed.message}`);
    if (!changed && this.unconfirmed.size === 0)
      this.log.info({}, 'The registry has confirmed the ids that were taken from the file.');
    this.changed = changed;
    if (this.unconfirmed.size > 0) this.confirmSoon();
  }

  private changedId(subject: string, known: number, found: number | null): RegistryChanged {
    const now = found === null ? 'does not hold it' : `gives it the id ${String(found)}`;
    return new RegistryChanged(
      `The schema of this version had the id ${String(known)} under ${subject}, but the registry at ${this.config.url} ${now} now: it was reset, or another registry answers. Records would be read under wrong schemas. Restore the registry. If it was made anew on purpose and no topic holds an old record, remove ${this.config.idsFile ?? this.config.idsSeedFile ?? 'the file of ids'} and start again.`,
    );
  }

  /** Id under which the registry holds exactly our schema for a topic. */
  async idOf(topic: Topic, prefix: string): Promise<number> {
    const subject = subjectOf(topic, prefix);
    const id = await this.findId(topic, subject);
    if (id === null)
      throw new SchemaNotRegistered(
        `The registry at ${this.config.url} does not hold the schema ${topic.schema} of this version under ${subject}. Run the job "schemas" of this version, then start again.`,
      );
    return id;
  }

  /**
   * Teaches a codec the schema of an id. When there is none, or one that it cannot read, the codec learns that for a while.
   *
   * @throws {RegistryUnavailable | RegistryChanged} when the registry cannot be believed, and did not say it before
   */
  async teach(codec: TopicCodec, id: number, prefix: string): Promise<void> {
    const schema = await this.writerSchema(codec, id, prefix);
    const reason = schema === null ? `the registry knows no schema ${String(id)}` : codec.learn(id, schema);
    if (reason !== null) codec.forget(id, reason, NEGATIVE_CACHE_MS);
    else if (schema !== null) this.known.rememberSchema(id, schema);
  }

  /**
   * Registers our schema for a topic under FULL_TRANSITIVE. Does nothing when it is there already.
   *
   * @throws {SchemaConflict} when the registry refuses it, or when the subject has another compatibility level
   */
  async register(topic: Topic, prefix: string): Promise<number> {
    const subject = subjectOf(topic, prefix);
    try {
      const { id } = await this.ask(
        this.client.register(
          // A copy: the client's types want a mutable schema.
          structuredClone(schemas[topic.schema]) as Parameters<RegistryClient['register']>[0],
          { subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE },
        ),
      );
      return id;
    } catch (error) {
      if (statusOf(error) === 409)
        throw new SchemaConflict(
          `The registry refuses the schema ${topic.schema} for ${subject}: it is not compatible with a version that is registered (FULL_TRANSITIVE). Consumers would break. Give new fields a null-first union with a default, new enum symbols a default symbol, and remove or rename nothing. The registry says: ${messageOf(error)}`,
          { cause: error },
        );
      if (error instanceof Error && error.name === 'ConfluentSchemaRegistryCompatibilityError')
        throw new SchemaConflict(
          `The subject ${subject} is not set to FULL_TRANSITIVE compatibility: ${error.message}. Set it in the registry (PUT ${this.config.url}/config/${subject}), or use another KAFKA__TOPIC_PREFIX.`,
          { cause: error },
        );
      throw this.unavailable(error);
    }
  }

  /** Id of our schema under a subject; null when the registry has it not. */
  async findId(topic: Pick<Topic, 'schema'>, subject: string): Promise<number | null> {
    const { username, password } = this.config;
    try {
      // The client keeps the status alone, and takes every 404 for the registry's.
      const response = await fetch(`${this.url}/subjects/${encodeURIComponent(subject)}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/vnd.schemaregistry.v1+json',
          ...(username === undefined ? {} : { authorization: basic(username, password ?? '') }),
        },
        body: JSON.stringify({ schema: JSON.stringify(schemas[topic.schema]) }),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const answer = answerIn(await response.text());
      if (response.ok && typeof answer.id === 'number') return answer.id;
      if (response.status === 404 && NOT_FOUND.includes(answer.error_code)) return null;
      throw new Error(`status ${String(response.status)}, which is no answer of a registry`);
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  /** What the registry holds under an id, null when nothing. Where it does not answer: what it said before. */
  private async writerSchema(codec: TopicCodec, id: number, prefix: string): Promise<Schema | null> {
    try {
      const schema = await this.readSchema(id);
      await this.proveAlive(codec, prefix);
      if (schema !== null)
        this.log.info(
          { topic: codec.topic.name, schemaId: id },
          `Read schema ${String(id)} from the registry.`,
        );
      return schema;
    } catch (error) {
      const known = error instanceof RegistryUnavailable ? this.known.schemaOf(id) : null;
      if (known === null) throw error;
      this.log.warn(
        { topic: codec.topic.name, schemaId: id },
        `Schema ${String(id)} is taken from the file of ids: the registry does not answer.`,
      );
      return known;
    }
  }

  /** Null for a 404, whoever sent it; no Avro schema for one of another kind, or one that the client cannot compile. */
  private async readSchema(id: number): Promise<Schema | null> {
    // The client would repeat for ever what a registry said that was reset since.
    this.client.cache.clear();
    try {
      const found = (await this.ask(this.client.getSchema(id))) as { schema?: (options: object) => Schema };
      return typeof found.schema === 'function' ? found.schema({ exportAttrs: true }) : {};
    } catch (error) {
      if (statusOf(error) === 404) return null;
      // An outage has a status for the client, too: 400.
      if (statusOf(error) === null && !(error instanceof NoAnswer)) return {};
      throw this.unavailable(error);
    }
  }

  /** @throws {RegistryUnavailable | RegistryChanged} unless the registry still gives our schema the id that it had at the start */
  private async proveAlive(codec: TopicCodec, prefix: string): Promise<void> {
    const subject = subjectOf(codec.topic, prefix);
    const found = await this.findId(codec.topic, subject);
    if (found !== codec.id) throw this.changedId(subject, codec.id, found);
  }

  private ask<T>(work: Promise<T>): Promise<T> {
    return withDeadline(work, DEADLINE_MS, () => new NoAnswer(`no answer in ${String(DEADLINE_MS)} ms`));
  }

  private unavailable(error: unknown): RegistryUnavailable {
    if (error instanceof RegistryUnavailable) return error;
    return new RegistryUnavailable(
      `The schema registry at ${this.config.url} did not answer as it should (${messageOf(error)}). Check that it runs and that REGISTRY__URL is right.`,
      { cause: error },
    );
  }
}

class NoAnswer extends Error {}

/** Makes the client of the registry. Nothing is asked yet. */
export function connectRegistry(config: RegistryConfig, { log }: { readonly log: Log }): SchemaRegistry {
  return new SchemaRegistry(config, log);
}

type Schema = Readonly<Record<string, unknown>>;

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** What a registry answers; nothing where it is no JSON object. */
function answerIn(text: string): { readonly id?: unknown; readonly error_code?: unknown } {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}

function statusOf(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : null;
}

/** `fetch` says only that it failed, and keeps why as the cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
