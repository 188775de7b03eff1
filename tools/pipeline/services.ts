import type { ServiceName } from '@headwater/contracts';
import type { Endpoints } from '@headwater/stack';

/** What the embedded pipeline tells each service beyond its port. */
export interface ServicePlan {
  readonly name: ServiceName;
  readonly env: (endpoints: Endpoints, secrets: Secrets) => Readonly<Record<string, string>>;
}

/** Secrets that an installation makes for itself once and keeps in its data folder. */
export interface Secrets {
  /** Value of PSEUDONYM__KEYS. */
  readonly pseudonymKeys: string;
}

const kafka = ({ brokers, registryUrl }: Endpoints): Readonly<Record<string, string>> => ({
  KAFKA__BROKERS: brokers,
  REGISTRY__URL: registryUrl,
});

const clickhouse = ({ clickhouseUrl }: Endpoints): Readonly<Record<string, string>> => ({
  CLICKHOUSE__URL: clickhouseUrl,
});

/** Addresses of all parts of an installation, as settings: what a program is told that works with each of them. */
export const addressesOf = (endpoints: Endpoints): Readonly<Record<string, string>> => ({
  ...kafka(endpoints),
  ...clickhouse(endpoints),
});

/** Services whose young objects live long enough to be taken for old ones in little room, which costs them a tenth to a third. */
const roomy: readonly ServiceName[] = ['collector', 'enricher'];

/**
 * What Node is told about a service, in the image too: how large half a space of young objects may grow, in MB. The validator
 * gains nothing from more than 8 and would grow by 100 MB; nor does the loader, which keeps bytes and not objects.
 */
export const nodeOptions = (service?: ServiceName): string =>
  `--max-semi-space-size=${service !== undefined && roomy.includes(service) ? '32' : '8'} --disable-warning=TimeoutNegativeWarning`;

/** The five services in the order of the flow. */
export const services: readonly ServicePlan[] = [
  { name: 'collector', env: kafka },
  {
    name: 'enricher',
    env: (endpoints, { pseudonymKeys }) => ({ ...kafka(endpoints), PSEUDONYM__KEYS: pseudonymKeys }),
  },
  { name: 'validator', env: kafka },
  { name: 'loader', env: addressesOf },
  { name: 'quality-monitor', env: addressesOf },
];
