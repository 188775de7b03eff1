import { Session } from 'node:inspector/promises';
import type { CoveredScript } from './covered-blocks';

/** Tells which blocks of the code ran: what steers a search. */
export interface Meter {
  /** What ran since it was last asked. */
  take(): Promise<readonly CoveredScript[]>;
}

/**
 * V8's precise coverage of this process. To ask takes milliseconds, since V8 looks through all code that it holds: ask
 * once for several inputs, and again for each of them only where something was new.
 */
export class CoverageMeter implements Meter {
  private readonly session = new Session();

  private constructor(private readonly isMeasured: (url: string) => boolean) {}

  /**
   * Begins. Code has to be loaded afterwards: of functions that were compiled before, V8 does not tell blocks.
   *
   * @param isMeasured whether a script counts, by its URL or path
   */
  static async start(isMeasured: (url: string) => boolean): Promise<CoverageMeter> {
    const meter = new CoverageMeter(isMeasured);
    meter.session.connect();
    await meter.session.post('Profiler.enable');
    await meter.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return meter;
  }

  async take(): Promise<readonly CoveredScript[]> {
    const { result } = await this.session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => this.isMeasured(url))
      .map(({ url, functions }) => ({ url, functions: functions.filter((one) => one.isBlockCoverage) }));
  }

  /** For good: V8 then forgets the blocks of all that is compiled. */
  stop(): void {
    this.session.disconnect();
  }
}
