import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAuthority } from './certificates';
import { startKafka, type KafkaOptions, type RunningKafka } from './kafka';
import { freePorts, LOOPBACK } from './ports';
import { renderProperties, type Properties } from './properties';
import { provision } from './provision';

/** Somebody who may sign in to the brokers with a password. */
export interface KafkaUser {
  readonly name: string;
  readonly password: string;
}

export interface SecuredKafkaOptions extends Pick<KafkaOptions, 'dataDir' | 'heapMb' | 'timeoutMs'> {
  readonly users: readonly KafkaUser[];
  /** Those of them who may do everything; the others may do nothing until an ACL says so. */
  readonly superUsers: readonly string[];
}

export interface SecuredKafka extends RunningKafka {
  /** Bootstrap list of the listener that asks for a certificate instead of a password; the user is its common name. */
  readonly mutualTlsBrokers: string[];
  /** PEM file of the authority that signed the broker's certificate. */
  readonly caFile: string;
  /** Writes certificate and key of a user for the listener with mutual TLS. */
  clientCertificate(user: string): { readonly certFile: string; readonly keyFile: string };
  /** Gives a user another password; connections that are open stay open. */
  changePassword(user: KafkaUser): Promise<void>;
  /**
   * Gives the listener for passwords a new certificate of the same authority while the broker runs; connections that are open
   * stay open.
   *
   * @returns the certificate, PEM
   */
  renewCertificate(): Promise<string>;
}

/** The broker's own user. */
const BROKER = 'broker';
/** The one node of the cluster. */
const NODE_ID = 1;
/** What its certificate is good for. */
const HOSTS = [LOOPBACK, 'localhost'];
/** Prefix of the settings of the listener that asks for a password. */
const SIGNING_IN = 'listener.name.sasl_ssl';

/**
 * One broker as in a careful installation: SASL/SCRAM-SHA-512 over TLS for clients, mutual TLS beside it and between brokers
 * and controllers, and Kafka's authorizer, which refuses what no ACL allows.
 */
export async function startSecuredKafka(options: SecuredKafkaOptions): Promise<SecuredKafka> {
  const { dataDir, users, superUsers } = options;
  const provisioned = await provision();
  const [port = 0, controllerPort = 0, mutualPort = 0] = await freePorts(3);
  const folder = join(dataDir, 'tls');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = createAuthority('headwater-tests');
  const own = authority.issue(BROKER, HOSTS);
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const caFile = file('ca.pem', authority.certificate);
  const tls = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': file('broker.pem', `${own.key}${own.certificate}`),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
  };
  const kafka = await startKafka({
    dataDir,
    port,
    controllerPort,
    provisioned,
    ...(options.heapMb === undefined ? {} : { heapMb: options.heapMb }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    formatArgs: users.flatMap(({ name, password }) => [
      '--add-scram',
      `SCRAM-SHA-512=[name=${name},password=${password}]`,
    ]),
    properties: {
      ...tls,
      listeners: `SASL_SSL://${LOOPBACK}:${port},MUTUAL://${LOOPBACK}:${mutualPort},CONTROLLER://${LOOPBACK}:${controllerPort}`,
      'advertised.listeners': `SASL_SSL://${LOOPBACK}:${port},MUTUAL://${LOOPBACK}:${mutualPort}`,
      'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,MUTUAL:SSL,CONTROLLER:SSL',
      'inter.broker.listener.name': 'MUTUAL',
      'listener.name.mutual.ssl.client.auth': 'required',
      'listener.name.controller.ssl.client.auth': 'required',
      // The user of a certificate is its common name.
      'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
      [`${SIGNING_IN}.scram-sha-512.sasl.jaas.config`]:
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': false,
      'super.users': [BROKER, ...superUsers].map((name) => `User:${name}`).join(';'),
    },
  });
  const mutualTlsBrokers = [`${LOOPBACK}:${mutualPort}`];
  let renewals = 0;
  /** kafkajs cannot change passwords; Kafka's own command signs in as the broker. */
  const configure = async (type: 'users' | 'brokers', name: string, setting: string): Promise<void> => {
    const settings: Properties = { ...tls, 'security.protocol': 'SSL' };
    const config = file('admin.properties', renderProperties(settings));
    try {
      await promisify(execFile)(provisioned.java, [
        '-cp',
        join(provisioned.kafkaLibs, '*'),
        'kafka.admin.ConfigCommand',
        ...['--bootstrap-server', mutualTlsBrokers.join(','), '--command-config', config],
        ...['--alter', '--entity-type', type, '--entity-name', name],
        ...['--add-config', setting],
      ]);
    } finally {
      rmSync(config, { force: true });
    }
  };
  return {
    ...kafka,
    mutualTlsBrokers,
    caFile,
    clientCertificate: (user) => {
      const { certificate, key } = authority.issue(user);
      return { certFile: file(`${user}.crt`, certificate), keyFile: file(`${user}.key`, key) };
    },
    changePassword: ({ name, password }) => configure('users', name, `SCRAM-SHA-512=[password=${password}]`),
    renewCertificate: async () => {
      const { certificate, key } = authority.issue(BROKER, HOSTS);
      renewals += 1;
      // The settings of a broker name files: one that has the same name as before would be no change.
      const keystore = file(`broker-${String(renewals)}.pem`, `${key}${certificate}`);
      await configure('brokers', String(NODE_ID), `${SIGNING_IN}.ssl.keystore.location=${keystore}`);
      return certificate;
    },
  };
}
