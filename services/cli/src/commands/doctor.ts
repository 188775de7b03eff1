import { loadConfig } from '@headwater/service-kit';
import { isOn, textOf, UsageError, type Command, type Values } from '../command';
import { checks } from '../doctor/checks';
import { doctorConfig } from '../doctor/config';
import { examine, exitCodeOf, verdictOf } from '../doctor/examine';
import { openInstallation } from '../doctor/open-installation';
import { jsonReportOf, reportOf } from '../doctor/report';
import { hiding, secretsIn } from '../doctor/secrets';
import { jsonLine } from '../output/table';

export const doctor: Command = {
  name: 'doctor',
  does: 'looks at the whole installation: what is wrong, and what to do next',
  takes: [],
  options: {
    service: {
      type: 'string',
      shows: 'URL,…',
      help: 'also look at the services at these addresses (metrics need ADMIN__TOKEN)',
    },
  },
  more: `It changes nothing. What it looks at: ${checks.map(({ name }) => name).join(', ')}.
Exit codes: 0 in order (there may be warnings), 1 a problem, 3 no problem was found and something could not be checked.`,
  run: async (_args, values, { env, out, err, stop }) => {
    const config = loadConfig(doctorConfig, env);
    const shown = hiding(secretsIn(doctorConfig, config));
    const installation = openInstallation(config, servicesOf(values), stop);
    try {
      if (!isOn(values, 'json')) err('Looking …\n');
      const examined = await examine(checks, installation);
      out(shown(isOn(values, 'json') ? jsonLine(jsonReportOf(examined)) : reportOf(examined)));
      return exitCodeOf(verdictOf(examined));
    } finally {
      await installation.close();
    }
  },
};

function servicesOf(values: Values): readonly string[] {
  const urls = (textOf(values, 'service') ?? '')
    .split(',')
    .map((url) => url.trim().replace(/\/+$/, ''))
    .filter((url) => url !== '');
  for (const url of urls)
    if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
      throw new UsageError(
        `--service is "${url}". Give addresses like http://enricher:8080, with commas between them.`,
      );
  return urls;
}
