/** Null when all is well, or a sentence: what is wrong, and what to do. */
export type Probe = () => string | null;

export interface Verdict {
  readonly healthy: boolean;
  /** Reason by probe, for those that are not well. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Collects what the parts of a service say of themselves. */
export class Health {
  private readonly live = new Map<string, Probe>();
  private readonly ready = new Map<string, Probe>();
  private draining = false;

  /** A reason not to send work here for now. */
  readiness(name: string, probe: Probe): void {
    this.ready.set(name, probe);
  }

  /** A reason that only a restart heals. An outage elsewhere is none: it would restart every pod at once. */
  liveness(name: string, probe: Probe): void {
    this.live.set(name, probe);
  }

  startDraining(): void {
    this.draining = true;
  }

  isLive(): Verdict {
    return verdictOf(this.live);
  }

  isReady(): Verdict {
    const verdict = verdictOf(this.ready);
    if (!this.draining) return verdict;
    return {
      healthy: false,
      reasons: { ...verdict.reasons, drain: 'The service is finishing its accepted work and will stop.' },
    };
  }
}

function verdictOf(probes: ReadonlyMap<string, Probe>): Verdict {
  const reasons = Object.fromEntries(
    [...probes].flatMap(([name, probe]) => {
      const reason = probe();
      return reason === null ? [] : [[name, reason]];
    }),
  );
  return { healthy: Object.keys(reasons).length === 0, reasons };
}
