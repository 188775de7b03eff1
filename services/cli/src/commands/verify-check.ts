import { connectKafka, connectRegistry, silentLog, TopicInspector } from '@headwater/kafka';
import { loadConfig } from '@headwater/service-kit';
import { exitCodes, reportOf, reportText } from '@headwater/verification';
import { countOf, isOn, listOf, type Command, type Surroundings, type Values } from '../command';
import { readingConfig, sendingConfig } from '../config';
import { ClickHouse } from '@headwater/clickhouse';
import { jsonLine } from '../output/table';
import { observe } from '../verifying/check';
import { filesBelow } from '../verifying/leak-scan';
import { readLedger } from '../verifying/ledger-file';
import { checkOptions, ledgerOf } from './verify-options';

const SECOND = 1_000;

export const check: Command = {
  name: 'check',
  does: 'prove from a ledger that nothing was lost, doubled, changed or leaked',
  takes: [],
  options: checkOptions,
  more: `It reads, and changes nothing. --scan and --metrics can be given several times.
Exit codes: 0 all that was checked holds, 1 something is broken, 2 wrong usage, 3 something could not be looked at.`,
  run: (_args, values, surroundings) => runCheck(values, surroundings),
};

/** Checks the ledger that the options name. @returns the exit code */
export async function runCheck(values: Values, surroundings: Surroundings): Promise<number> {
  const { out, err, env, now, sleep, stop } = surroundings;
  const ledger = ledgerOf(values);
  const scan = listOf(values, 'scan');
  for (const path of scan) filesBelow(path);
  const { facts } = await readLedger(ledger);
  const expected = { alerts: listOf(values, 'expect-alert'), noAlerts: listOf(values, 'expect-no-alert') };
  const clickhouse = new ClickHouse(loadConfig(readingConfig, env).clickhouse);
  const inspector = isOn(values, 'no-kafka') ? null : openInspector(env);
  try {
    const seen = await observe(
      facts,
      {
        ledger,
        settleMs: countOf(values, 'settle', 60) * SECOND,
        scan,
        metrics: listOf(values, 'metrics'),
        wantsAlerts: expected.alerts.length + expected.noAlerts.length > 0,
      },
      {
        clickhouse,
        inspector,
        now,
        sleep,
        stop,
        onProgress: (sentence) => {
          if (!isOn(values, 'json')) err(`${sentence} …\n`);
        },
      },
    );
    const report = reportOf(seen, expected);
    out(isOn(values, 'json') ? jsonLine(report) : reportText(report));
    return exitCodes[report.verdict];
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
