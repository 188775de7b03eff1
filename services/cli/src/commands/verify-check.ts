import { connectKafka, connectRegistry, silentLog, TopicInspector } from '@headwater/kafka';
import { ConfigError, loadConfig } from '@headwater/service-kit';
import { exitCodes, reportOf, reportText } from '@headwater/verification';
import { countOf, isOn, listOf, UsageError, type Command, type Surroundings, type Values } from '../command';
import { metricsConfig, readingConfig, sendingConfig } from '../config';
import { ClickHouse } from '@headwater/clickhouse';
import { jsonLine } from '../output/table';
import { observe } from '../verifying/check';
import { filesBelow, metricsUrl } from '../verifying/leak-scan';
import { readLedger } from '../verifying/ledger-file';
import { readingServices } from '../verifying/topic-records';
import { checkOptions, ledgerOf } from './verify-options';

const SECOND = 1_000;

export const check: Command = {
  name: 'check',
  does: 'prove from a ledger that nothing was lost, doubled, changed or leaked',
  takes: [],
  options: checkOptions,
  more: `It reads, and changes nothing. --scan and --metrics can be given several times. Where /metrics asks for a token, it is ADMIN__TOKEN_FILE.
Exit codes: 0 all that was checked holds, 1 something is broken, 2 wrong usage, 3 something could not be looked at.`,
  run: (_args, values, surroundings) => runCheck(values, surroundings),
};

/** Checks the ledger that the options name. @returns the exit code */
export async function runCheck(values: Values, surroundings: Surroundings): Promise<number> {
  const { out, err, env, now, sleep, stop } = surroundings;
  const ledger = ledgerOf(values);
  const scan = listOf(values, 'scan');
  for (const path of scan) filesBelow(path);
  const metrics = listOf(values, 'metrics').map(metricsUrl);
  const { facts } = await readLedger(ledger);
  const expected = { alerts: listOf(values, 'expect-alert'), noAlerts: listOf(values, 'expect-no-alert') };
  const settings = {
    ledger,
    settleMs: countOf(values, 'settle', 60) * SECOND,
    scan,
    metrics,
    metricsToken: loadConfig(metricsConfig, env).admin.token ?? null,
    groups: isOn(values, 'no-monitor')
      ? readingServices.filter((name) => name !== 'quality-monitor')
      : readingServices,
    wantsAlerts: expected.alerts.length + expected.noAlerts.length > 0,
  };
  const clickhouse = new ClickHouse(loadConfig(readingConfig, env).clickhouse);
  let inspector: TopicInspector | null = null;
  try {
    inspector = isOn(values, 'no-kafka') ? null : openInspector(env);
    const seen = await observe(facts, settings, {
      clickhouse,
      inspector,
      now,
      sleep,
      stop,
      onProgress: (sentence) => {
        if (!isOn(values, 'json')) err(`${sentence} …\n`);
      },
    });
    const report = reportOf(seen, expected);
    out(isOn(values, 'json') ? jsonLine(report) : reportText(report));
    return exitCodes[report.verdict];
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError) throw error;
    // Only a report says that a run is broken: what breaks the check says nothing of it.
    err(
      `headwater verify check broke off, and nothing is known of the run: ${error instanceof Error ? error.message : String(error)}\nMend it, and check the same ledger again.\n`,
    );
    return exitCodes.unverified;
  } finally {
    await clickhouse.close();
    await inspector?.close();
  }
}

function openInspector(env: NodeJS.ProcessEnv): TopicInspector {
  const settings = loadConfig(sendingConfig, env);
  const kit = { log: silentLog };
  return new TopicInspector({
    kafka: connectKafka(settings.kafka, kit),
    registry: connectRegistry(settings.registry, kit),
    log: silentLog,
  });
}
