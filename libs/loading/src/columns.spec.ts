import { schemas, type SchemaName } from '@headwater/contracts';
import { columnsOf, type Column } from './columns';
import { allTables, tables } from './tables';

const column = (name: string, columns: readonly Column[] = tables.events.columns): Column | undefined =>
  columns.find((one) => one.name === name);

describe('columnsOf', () => {
  it.each([
    ['app_id', 'LowCardinality(String)', { kind: 'string' }],
    ['event_id', 'UUID', { kind: 'uuid' }],
    ['payload_id', 'Nullable(UUID)', { kind: 'nullable', of: { kind: 'uuid' } }],
    ['collector_tstamp', "DateTime64(3, 'UTC')", { kind: 'datetime64' }],
    ['true_tstamp', "Nullable(DateTime64(3, 'UTC'))", { kind: 'nullable', of: { kind: 'datetime64' } }],
    ['platform', 'LowCardinality(String)', { kind: 'string' }],
    ['page_url', 'String', { kind: 'string' }],
    ['domain_sessionidx', 'Nullable(Int32)', { kind: 'nullable', of: { kind: 'int32' } }],
    ['se_value', 'Nullable(Float64)', { kind: 'nullable', of: { kind: 'float64' } }],
    ['tr_total', 'Nullable(Decimal(38, 18))', { kind: 'nullable', of: { kind: 'decimal' } }],
    ['br_cookies', 'Nullable(Bool)', { kind: 'nullable', of: { kind: 'bool' } }],
  ])('makes %s a %s', (name, stored, type) => {
    expect(column(name)).toMatchObject({ stored, type });
  });

  it('makes a record a tuple, and a list of them an array, also where it is only named', () => {
    const selfDescribing =
      'Tuple(`vendor` LowCardinality(String), `name` LowCardinality(String), `format` LowCardinality(String), `model` Int32, `revision` Int32, `addition` Int32, `data` String)';
    expect(column('unstruct_event')?.stored).toBe(selfDescribing);
    expect(column('contexts')?.stored).toBe(`Array(${selfDescribing})`);
    expect(column('derived_contexts')).toMatchObject({ type: column('contexts')?.type });
  });

  it('makes a map a map', () => {
    expect(column('failed', tables.stageCounts.columns)?.stored).toBe('Map(LowCardinality(String), Int64)');
    expect(column('parameters', tables.failedEvents.columns)?.stored).toBe(
      'Map(LowCardinality(String), String)',
    );
  });

  it('says what to do about an Avro type that it does not know', () => {
    const events = schemas as Record<string, object>;
    events['Odd'] = { type: 'record', name: 'Odd', fields: [{ name: 'a', type: 'bytes' }] };
    try {
      expect(() => columnsOf('Odd' as SchemaName, {})).toThrow(/Avro type bytes: add one in libs\/loading/);
    } finally {
      delete events['Odd'];
    }
  });
});

describe('tables', () => {
  it.each(allTables.map((table) => [table.view, table] as const))(
    '%s has a column for every field',
    (_name, table) => {
      const { fields } = schemas[table.topic.schema] as { fields: readonly { name: string }[] };
      expect(table.columns.map(({ name }) => name)).toEqual(fields.map(({ name }) => name));
    },
  );

  it('has hints only for fields that there are', () => {
    const hinted = (stored: string): number =>
      allTables.flatMap(({ columns }) => columns).filter((one) => one.stored.includes(stored)).length;
    expect(hinted('UUID')).toBe(5);
    expect(hinted('Decimal')).toBe(4);
  });

  it.each(allTables.map((table) => [table.view, table] as const))(
    '%s is sorted by what copies share, its id last',
    (_name, { id, sortedBy, view }) => {
      expect(sortedBy.at(-1)).toBe(id);
      const key = sortedBy.join();
      expect(key).not.toMatch(/derived_tstamp|load_tstamp/);
      // The minute of a summary is part of its id.
      if (view !== 'stage_counts') expect(key).not.toContain('collector_tstamp');
    },
  );
});
