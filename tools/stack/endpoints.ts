/** Where the parts are that the services talk to. */
export interface Endpoints {
  /** Comma separated `host:port`. */
  readonly brokers: string;
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
}

/** A real broker, registry and ClickHouse for one test file. */
export interface TestStack {
  /** `embedded`, or `containers` where a Docker engine answers. */
  readonly kind: 'embedded' | 'containers';
  readonly endpoints: Endpoints;
  stop(): Promise<void>;
}
