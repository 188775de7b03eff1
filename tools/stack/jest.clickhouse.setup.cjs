const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Starts the embedded ClickHouse on a folder of its own, unless HEADWATER_TEST_CLICKHOUSE_URL names one that runs. */
module.exports = async () => {
  if (process.env.HEADWATER_TEST_CLICKHOUSE_URL) {
    console.log(`ClickHouse at ${process.env.HEADWATER_TEST_CLICKHOUSE_URL}`);
    return;
  }
  const { startClickHouse } = require('./clickhouse.ts');
  const { freePorts } = require('./ports.ts');
  const [port] = await freePorts(1);
  const dataDir = mkdtempSync(join(tmpdir(), 'headwater-clickhouse-'));
  globalThis.headwaterClickHouse = { engine: await startClickHouse({ dataDir, port }), dataDir };
  process.env.HEADWATER_TEST_CLICKHOUSE_URL = globalThis.headwaterClickHouse.engine.url;
};
