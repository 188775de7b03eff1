import { topics, type Topic } from '@headwater/contracts';
import type { TopicInspector } from '@headwater/kafka';
import type { LinkName, LinkSighting, Offsets } from '@headwater/quality';
import type { Logger } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';

/** What is asked of Kafka: no record, only how far topics reach and how far services have read them. */
export type Positions = Pick<TopicInspector, 'bounds' | 'lag' | 'close'>;

export interface LinksAround {
  readonly positions: Positions;
  readonly now: () => number;
  /** Whether this process holds what it has committed of a partition of stage-counts, and of what lies before. */
  readonly holds: (partition: number) => boolean;
  readonly log: Logger;
}

/** Topic that the stage which names the link reads from the stage before it. */
const topicOf: Readonly<Record<LinkName, Topic>> = {
  enricher: topics.collectorPayloads,
  validator: topics.enrichedEvents,
  loader: topics.validEvents,
};

/** Looks at the links between stages. Where Kafka does not answer, the check `accounting` waits instead. */
export class Links {
  private isRefused = false;
  private isClosed = false;

  constructor(private readonly around: LinksAround) {}

  /** What is to be seen of these links now; nothing where Kafka does not answer. Never rejects. */
  async look(links: ReadonlySet<LinkName>): Promise<readonly LinkSighting[]> {
    try {
      const sightings = await this.ask([...links]);
      if (this.isRefused) this.around.log.info('The brokers say again how far the stages have read.');
      this.isRefused = false;
      return sightings;
    } catch (error) {
      if (!this.isRefused && !this.isClosed)
        this.around.log.warn(
          error instanceof ServiceError ? { code: error.code } : { err: error },
          `The brokers do not say how far the stages have read, so events that are missing between two stages are told only after QUALITY__CHECKS__ACCOUNTING__GRACE_MINUTES: ${error instanceof Error ? error.message : String(error)} The user needs Describe on topics and groups (the job "acls" gives it). It is tried again.`,
        );
      this.isRefused = true;
      return [];
    }
  }

  /** Breaks off what is still asked. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.around.positions.close();
  }

  /** The order is what makes the answers mean something: see `LinkSighting`. */
  private async ask(links: readonly LinkName[]): Promise<readonly LinkSighting[]> {
    const at = this.around.now();
    const ends = await Promise.all(links.map((link) => this.endsOf(topicOf[link])));
    const committed = await Promise.all(links.map((link) => this.committedOf(link, topicOf[link])));
    const countsEnds = await this.endsOf(topics.stageCounts);
    const countsRead = await this.committedOf('quality-monitor', topics.stageCounts);
    // Where another process reads a part of the counts, this one can only wait.
    if (![...countsEnds.keys()].every((partition) => this.around.holds(partition))) return [];
    const none: Offsets = new Map();
    return links.map((link, index) => ({
      link,
      at,
      ends: ends[index] ?? none,
      committed: committed[index] ?? none,
      countsEnds,
      countsRead,
    }));
  }

  private async endsOf(topic: Topic): Promise<Offsets> {
    const bounds = await this.around.positions.bounds(topic);
    return new Map(bounds.map(({ partition, end }) => [partition, end]));
  }

  private async committedOf(service: LinkName | 'quality-monitor', { name }: Topic): Promise<Offsets> {
    const lags = await this.around.positions.lag(service);
    return new Map(
      lags
        .filter(({ topic }) => topic.name === name)
        .map(({ partition, committed, start }) => [partition, committed ?? start]),
    );
  }
}
