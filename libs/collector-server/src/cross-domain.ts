import type { TrackingConfig } from './tracking-config';

/** The policy file that Flash movies ask for. Domains come from the configuration, which lets no markup through. */
export function crossDomainPolicy({ domains, secure }: TrackingConfig['crossDomain']): string {
  const grants = domains.map(
    (domain) => `  <allow-access-from domain="${domain}" secure="${String(secure)}" />\n`,
  );
  return `<?xml version="1.0"?>\n<cross-domain-policy>\n${grants.join('')}</cross-domain-policy>\n`;
}
