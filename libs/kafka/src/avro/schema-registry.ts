import { schemas, subjectOf, topics, type Topic } from '@headwater/contracts';
import { COMPATIBILITY, SchemaRegistry as RegistryClient } from '@kafkajs/confluent-schema-registry';
import { TopicCodec } from './topic-codec';
import type { RegistryConfig } from '../config';
import { withDeadline } from '../client/deadline';
import { RegistryChanged, RegistryUnavailable, SchemaConflict, SchemaNotRegistered } from '../errors';
import type { Log } from '../client/log';
import { KnownIds } from './known-ids';

const DEADLINE_MS = 5_000;
/** How long the registry is not asked again for an id that it does not know. */
const NEGATIVE_CACHE_MS = 30_000;
/** Time between two attempts to have ids confirmed that were taken from the file. */
const CONFIRM_MS = 5_000;

/** Codecs of topics, by name without prefix. */
export type Codecs = ReadonlyMap<string, TopicCodec>;

/**
 * The schema registry. Nothing of it is on the path of a record: ids of our own schemas are looked up once, other
 * schemas once per id.
 *
 * Its client reports a registry that is offline as "400 Bad Request", so no status is believed by itself. A record is
 * called undecodable only when the registry has just shown that it works, by naming the right id for a schema of ours.
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
  private readonly unknownIds = new Map<number, number>();

  constructor(
    readonly config: RegistryConfig,
    private readonly log: Log,
    private readonly now: () => number = Date.now,
  ) {
    this.known = new KnownIds({ path: config.idsFile, seed: config.idsSeedFile }, log);
    const { url, username, password } = config;
    this.client = new RegistryClient({
      host: url.replace(/\/+$/, ''),
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

  /** Teaches a codec the schema of an id. When the registry knows no such id, the codec learns that for a while. */
  async teach(codec: TopicCodec, id: number, prefix: string): Promise<void> {
    const schema = this.isKnownMissing(id) ? null : await this.writerSchema(codec, id, prefix);
    if (schema !== null) codec.learn(id, schema);
    else codec.forget(id, `the registry knows no schema ${String(id)}`, this.retryAt(id) - this.now());
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
  async findId(topic: Topic, subject: string): Promise<number | null> {
    try {
      return await this.ask(
        this.client.getRegistryIdBySchema(
          subject,
          structuredClone(schemas[topic.schema]) as Parameters<RegistryClient['getRegistryIdBySchema']>[1],
        ),
      );
    } catch (error) {
      // The client turns the status 404, and only that, into this error.
      if (error instanceof Error && error.name === 'ConfluentSchemaRegistryError') return null;
      throw this.unavailable(error);
    }
  }

  private async writerSchema(codec: TopicCodec, id: number, prefix: string): Promise<object | null> {
    try {
      const schema = (await this.ask(this.client.getSchema(id))) as { schema?: (options: object) => object };
      if (typeof schema.schema !== 'function') return {};
      this.log.info(
        { topic: codec.topic.name, schemaId: id },
        `Read schema ${String(id)} from the registry.`,
      );
      const read = schema.schema({ exportAttrs: true }) as Readonly<Record<string, unknown>>;
      this.known.rememberSchema(id, read);
      return read;
    } catch (error) {
      if (statusOf(error) !== 404) {
        const known = this.known.schemaOf(id);
        if (known === null) throw this.unavailable(error);
        this.log.warn(
          { topic: codec.topic.name, schemaId: id },
          `Schema ${String(id)} is taken from the file of ids: the registry does not answer.`,
        );
        return known;
      }
      await this.proveAlive(codec, prefix, error);
      this.unknownIds.set(id, this.now() + NEGATIVE_CACHE_MS);
      return null;
    }
  }

  /** @throws {RegistryUnavailable | RegistryChanged} unless the registry still gives our schema the id that it had at the start */
  private async proveAlive(codec: TopicCodec, prefix: string, cause: unknown): Promise<void> {
    const topic = Object.values(topics).find(({ name }) => name === codec.topic.name);
    if (!topic) throw this.unavailable(cause);
    const subject = subjectOf(topic, prefix);
    const found = await this.findId(topic, subject);
    if (found !== codec.id) throw this.changedId(subject, codec.id, found);
  }

  private isKnownMissing(id: number): boolean {
    return this.retryAt(id) > this.now();
  }

  private retryAt(id: number): number {
    return this.unknownIds.get(id) ?? 0;
  }

  private ask<T>(work: Promise<T>): Promise<T> {
    return withDeadline(work, DEADLINE_MS, () => new Error(`no answer in ${String(DEADLINE_MS)} ms`));
  }

  private unavailable(error: unknown): RegistryUnavailable {
    if (error instanceof RegistryUnavailable) return error;
    return new RegistryUnavailable(
      `The schema registry at ${this.config.url} did not answer as it should (${messageOf(error)}). Check that it runs and that REGISTRY__URL is right.`,
      { cause: error },
    );
  }
}

/** Makes the client of the registry. Nothing is asked yet. */
export function connectRegistry(config: RegistryConfig, { log }: { readonly log: Log }): SchemaRegistry {
  return new SchemaRegistry(config, log);
}

function statusOf(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : null;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
